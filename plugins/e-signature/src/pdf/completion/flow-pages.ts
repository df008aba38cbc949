import type { PlanFont } from '../../signing/signing-plan.ts'
import { textOperators, wrapAnything } from '../appearance/text-layout.ts'
import { numberSyntax } from '../syntax.ts'
import type { Row } from './completion-rows.ts'

/** A4, in points. */
export const PAGE = { width: 595, height: 842 } as const
const MARGIN = 56
const WIDTH = PAGE.width - 2 * MARGIN
const LABEL = 128
/** Below the rows there is room for the number of the page. */
const LOWEST = 72

const STYLES = {
  title: { size: 20, above: 0, below: 14, grey: 0.1 },
  heading: { size: 12, above: 16, below: 6, grey: 0.1 },
  name: { size: 10.5, above: 6, below: 2, grey: 0.1 },
  pair: { size: 9, above: 1, below: 2, grey: 0.15 },
} as const

const LABEL_GREY = 0.42

/** Operators of each page: rows from top to bottom, broken between lines. */
export function flowPages(
  rows: readonly Row[],
  font: PlanFont,
  numbered: (at: number, of: number) => string,
): string[] {
  const flow = new Flow(font)
  for (const row of rows) flow.add(row)
  return flow.pages.map((operators, index) => {
    const text = { lines: [numbered(index + 1, flow.pages.length)], size: 8, leading: 8 }
    const at = { x: MARGIN, top: 48, width: WIDTH }
    return `${operators}${LABEL_GREY} g\n${textOperators(font, text, at, 'right')}`
  })
}

class Flow {
  readonly pages: string[] = ['']
  readonly #font: PlanFont
  #y: number = PAGE.height - MARGIN

  constructor(font: PlanFont) {
    this.#font = font
  }

  add(row: Row): void {
    const { size, above, below, grey } = STYLES[row.kind]
    const label = row.kind === 'pair' ? row.label : undefined
    const x = label === undefined ? MARGIN : MARGIN + LABEL
    const lines = wrapAnything(this.#font, row.text, size, MARGIN + WIDTH - x)
    const labels = label === undefined ? [] : wrapAnything(this.#font, label, size, LABEL - 8)
    const leading = size * 1.4
    this.#y -= above
    // A heading does not stand alone at the end of a page.
    if (row.kind === 'heading') this.#breakBefore(4 * leading)
    for (let at = 0; at < Math.max(lines.length, labels.length); at++) {
      this.#breakBefore(leading)
      this.#write(labels[at], MARGIN, size, LABEL_GREY)
      this.#write(lines[at], x, size, grey)
      this.#y -= leading
    }
    if (row.kind === 'heading') this.#draw(rule(this.#y))
    this.#y -= below
  }

  #breakBefore(needed: number): void {
    if (this.#y - needed >= LOWEST) return
    this.pages.push('')
    this.#y = PAGE.height - MARGIN
  }

  #write(text: string | undefined, x: number, size: number, grey: number): void {
    if (text === undefined) return
    const line = { lines: [text], size, leading: size }
    const at = { x, top: this.#y, width: WIDTH }
    this.#draw(`${grey} g\n${textOperators(this.#font, line, at, 'left')}`)
  }

  #draw(operators: string): void {
    this.pages[this.pages.length - 1] += operators
  }
}

function rule(y: number): string {
  return `0.5 w 0.75 G ${MARGIN} ${numberSyntax(y)} m ${MARGIN + WIDTH} ${numberSyntax(y)} l S\n`
}
