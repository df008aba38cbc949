import type { Increment } from '../signing/increment.ts'
import { addForm, type Drawing } from './appearance/drawing.ts'
import { latin1 } from './bytes.ts'
import { PdfArray, PdfDict, type PdfObject, PdfRef } from './libpdf.ts'
import { entriesOf, syntaxOf } from './object-syntax.ts'
import type { OpenDocument, OpenPage } from './open-document.ts'
import { placing, type ShownRect } from './page-view.ts'
import { dictionarySyntax, numberSyntax } from './syntax.ts'

/** What is drawn onto pages and which widgets they get, until each page that changes is written once. */
export class PageChanges {
  readonly #document: OpenDocument
  readonly #drawings = new Map<number, { drawing: Drawing; rect: ShownRect }[]>()
  readonly #widgets = new Map<number, string[]>()

  constructor(document: OpenDocument) {
    this.#document = document
  }

  get isDrawing(): boolean {
    return this.#drawings.size > 0
  }

  draw(page: number, rect: ShownRect, drawing: Drawing): void {
    const drawings = this.#drawings.get(page) ?? []
    this.#drawings.set(page, [...drawings, { drawing, rect }])
  }

  addWidget(page: number, object: number): void {
    this.#widgets.set(page, [...(this.#widgets.get(page) ?? []), `${object} 0 R`])
  }

  write(increment: Increment): void {
    const changed = new Set([...this.#drawings.keys(), ...this.#widgets.keys()])
    // What surrounds the contents of pages is the same for all, but for what is drawn.
    const opening = this.isDrawing ? increment.addStream({}, latin1('q\n')) : 0
    for (const index of [...changed].sort((a, b) => a - b)) {
      const page = this.#document.pages[index] as OpenPage
      const entries = entriesOf(page.dictionary)
      const widgets = this.#widgets.get(index)
      if (widgets !== undefined) {
        entries['Annots'] =
          `[${[...this.#items(page.dictionary.get('Annots')), ...widgets].join(' ')}]`
      }
      const drawings = this.#drawings.get(index)
      if (drawings !== undefined) this.#drawOn(increment, page, drawings, opening, entries)
      increment.put(page.ref.objectNumber, page.ref.generation, dictionarySyntax(entries))
    }
  }

  /** The contents that are there go between q and Q, since they may leave a transformation behind. */
  #drawOn(
    increment: Increment,
    page: OpenPage,
    drawings: readonly { drawing: Drawing; rect: ShownRect }[],
    opening: number,
    entries: Record<string, string>,
  ): void {
    const names: Record<string, string> = {}
    let operators = 'Q\n'
    for (const [index, { drawing, rect }] of drawings.entries()) {
      const name = freeName(`Sbx${index}`, this.#document.resolve(page.resources.get('XObject')))
      names[name] = `${addForm(increment, drawing, 0)} 0 R`
      const matrix = placing(page.view, rect).map(numberSyntax).join(' ')
      operators += `q ${matrix} cm /${name} Do Q\n`
    }
    const own = this.#contents(page.dictionary)
    const closing = increment.addStream({}, latin1(operators))
    entries['Contents'] = `[${[`${opening} 0 R`, ...own, `${closing} 0 R`].join(' ')}]`
    const there = this.#document.resolve(page.resources.get('XObject'))
    const objects = there instanceof PdfDict ? entriesOf(there) : {}
    const resources = {
      ...entriesOf(page.resources),
      XObject: dictionarySyntax({ ...objects, ...names }),
    }
    entries['Resources'] = dictionarySyntax(resources)
  }

  /** Of a page: one stream or several, of which each must stay a reference. */
  #contents(page: PdfDict): string[] {
    const contents = page.get('Contents')
    const several = this.#document.resolve(contents)
    if (several instanceof PdfArray) return this.#items(several)
    return contents instanceof PdfRef && several !== undefined ? [syntaxOf(contents)] : []
  }

  #items(object: PdfObject | undefined): string[] {
    const array = this.#document.resolve(object)
    return array instanceof PdfArray ? [...array].map((item) => syntaxOf(item)) : []
  }
}

function freeName(wanted: string, taken: PdfObject | undefined): string {
  let name = wanted
  while (taken instanceof PdfDict && taken.has(name)) name += 'x'
  return name
}
