import { Refusal } from '@signalbox/sdk'
import type { PlanFont } from '../../signing/signing-plan.ts'
import { amountInCapitals } from '../amount-in-capitals.ts'
import { requireGlyphs } from '../font/embed-font.ts'
import { numberSyntax } from '../syntax.ts'
import type { Drawing } from './drawing.ts'
import { fitText, textOperators, topOf } from './text-layout.ts'

/** Smaller than 5 points nobody reads, and a court may say that it was hidden. */
const LEAST = 5
const PAD = 1

export interface ValueStyle {
  readonly fontSize: number
  readonly align: 'left' | 'centre' | 'right'
}

/** The text that a value is shown as. @throws VALUE_UNFIT */
export function shownValue(field: string, value: string | boolean, isAmount: boolean): string {
  if (typeof value === 'boolean') {
    throw new Refusal('VALUE_UNFIT', `The field "${field}" takes a text, not yes or no.`)
  }
  const text = value.replaceAll('\t', ' ').normalize('NFC')
  if (!isAmount) return text
  const capitals = amountInCapitals(text)
  if (capitals !== null) return capitals
  const cure = 'give it in decimal with two places at most, without separators'
  throw new Refusal('VALUE_UNFIT', `The amount of "${field}" cannot be read: ${cure}.`)
}

/** @throws VALUE_TOO_LONG, GLYPH_MISSING */
export function drawText(
  field: string,
  text: string,
  box: { readonly width: number; readonly height: number },
  { fontSize, align }: ValueStyle,
  font: PlanFont,
): Drawing {
  requireGlyphs(font, text)
  const width = box.width - 2 * PAD
  const laid = fitText(font, text, { width, height: box.height, fontSize, leastSize: LEAST })
  if (laid === null) {
    const cure = 'shorten it, or make the field larger'
    throw new Refusal(
      'VALUE_TOO_LONG',
      `The value of "${field}" does not fit into its field: ${cure}.`,
    )
  }
  const at = { x: PAD, top: topOf(laid, 0, box.height), width }
  return { ...box, operators: `0 g\n${textOperators(font, laid, at, align)}`, font }
}

/** A box, ticked or not, drawn as lines: no font is asked. */
export function drawCheckbox(
  box: { readonly width: number; readonly height: number },
  isChecked: boolean,
): Drawing {
  const side = Math.min(box.width, box.height) - 1
  const [x, y] = [(box.width - side) / 2, (box.height - side) / 2]
  const frame = `0.7 w 0 G ${[x, y, side, side].map(numberSyntax).join(' ')} re S\n`
  const points = [
    [0.2, 0.5],
    [0.42, 0.25],
    [0.82, 0.78],
  ].map(([px, py]) =>
    [x + side * (px as number), y + side * (py as number)].map(numberSyntax).join(' '),
  )
  const tick = `${numberSyntax(side / 9)} w 1 J 1 j ${points[0]} m ${points[1]} l ${points[2]} l S\n`
  return { ...box, operators: `${frame}${isChecked ? tick : ''}` }
}
