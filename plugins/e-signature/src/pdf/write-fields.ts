import { Refusal } from '@signalbox/sdk'
import type { Increment } from '../signing/increment.ts'
import type {
  DocumentField,
  PlanField,
  PlanFont,
  PlanImage,
  PlanWidget,
} from '../signing/signing-plan.ts'
import { addForm } from './appearance/drawing.ts'
import { drawCheckbox } from './appearance/field-value.ts'
import type { ExistingField } from './existing-form.ts'
import { placeOf, slicesOf } from './field-places.ts'
import { PdfArray, type PdfDict, PdfNumber, PdfRef } from './libpdf.ts'
import { entriesOf } from './object-syntax.ts'
import type { OpenDocument, OpenPage } from './open-document.ts'
import type { PageChanges } from './page-changes.ts'
import { type Rect, rectOf, type ShownRect, shownRect } from './page-view.ts'
import { dictionarySyntax, numberSyntax, textSyntax } from './syntax.ts'

export interface FieldWriting {
  readonly document: OpenDocument
  readonly increment: Increment
  readonly changes: PageChanges
  readonly font: PlanFont
  readonly seals: readonly PlanImage[]
  readonly known: readonly ExistingField[]
}

/** Print, and Locked, so that nobody moves it (ISO 32000-2, table 167). */
const WIDGET_FLAGS = '132'
const FONT_SIZE = 10.5

/** Writes a field that is filled by a later increment, empty. @throws SEAL_MISSING, and what places throw */
export function writeField(writing: FieldWriting, field: DocumentField): PlanField {
  const isSealed = field.seal !== undefined || field.kind === 'straddle'
  if (isSealed && !writing.seals.some(({ name }) => name === field.seal)) {
    throw new Refusal(
      'SEAL_MISSING',
      `The field "${field.name}" shows a seal "${field.seal ?? ''}", which is not given.`,
    )
  }
  if (field.kind === 'straddle') return writeStraddle(writing, field)
  const there = writing.known.find(({ name }) => name === field.name)
  if (there !== undefined) return usedField(writing, field, there)
  const { page, rect } = placeOf(writing.document, field)
  const { increment, changes } = writing
  const object = increment.reserve()
  const widget = { ...widgetOf(writing.document, page, rect), object, generation: 0 }
  const entries = {
    ...widgetEntries(writing.document, page, widget),
    ...fieldEntries(field),
    ...emptyAppearance(increment, field, widget),
  }
  increment.put(object, 0, dictionarySyntax(entries))
  changes.addWidget(page, object)
  return { object, generation: 0, entries, ...planned(field), widgets: [widget] }
}

function planned(
  field: DocumentField,
): Omit<PlanField, 'object' | 'generation' | 'entries' | 'widgets'> {
  const { name, kind, signer = '', seal, fontSize = FONT_SIZE } = field
  return {
    name,
    kind: kind === 'signature' || kind === 'straddle' || kind === 'checkbox' ? kind : 'text',
    signer,
    fontSize,
    align: field.align ?? (kind === 'number' ? 'right' : 'left'),
    ...(seal === undefined ? {} : { seal }),
    isAmount: kind === 'amount',
    isFilled: false,
  }
}

function widgetOf(document: OpenDocument, page: number, shown: ShownRect) {
  const { view } = document.pages[page] as OpenPage
  const rect = rectOf(view, shown)
  return { page: page + 1, rect, rotation: view.rotation, width: shown.width, height: shown.height }
}

function widgetEntries(
  document: OpenDocument,
  page: number,
  { rect, rotation }: { readonly rect: Rect; readonly rotation: number },
): Record<string, string> {
  const { ref } = document.pages[page] as OpenPage
  return {
    Type: '/Annot',
    Subtype: '/Widget',
    Rect: `[${rect.map(numberSyntax).join(' ')}]`,
    P: `${ref.objectNumber} ${ref.generation} R`,
    F: WIDGET_FLAGS,
    ...(rotation === 0 ? {} : { MK: `<</R ${rotation}>>` }),
  }
}

/** Fields other than signatures are read only: what they say comes with a signature, never from a reader's keyboard. */
function fieldEntries({ name, kind, fontSize = FONT_SIZE }: DocumentField): Record<string, string> {
  const title = { T: textSyntax(name) }
  if (kind === 'signature') return { FT: '/Sig', ...title }
  if (kind === 'checkbox') return { FT: '/Btn', ...title, Ff: '1', V: '/Off', AS: '/Off' }
  return { FT: '/Tx', ...title, Ff: '4097', DA: `(/SbxFont ${numberSyntax(fontSize)} Tf 0 g)` }
}

function emptyAppearance(
  increment: Increment,
  { kind }: DocumentField,
  { width, height, rotation }: Pick<PlanWidget, 'width' | 'height' | 'rotation'>,
): Record<string, string> {
  const form = (operators: { width: number; height: number; operators: string }) =>
    `${addForm(increment, operators, rotation)} 0 R`
  if (kind !== 'checkbox') return { AP: `<</N ${form({ width, height, operators: '' })}>>` }
  const [on, off] = [true, false].map((isOn) => form(drawCheckbox({ width, height }, isOn)))
  return { AP: `<</N <</Yes ${on}/Off ${off}>>>>` }
}

/** One text field with a widget on each page: PDF lets a signature have one alone (ISO 32000-2, 12.7.5.5). */
function writeStraddle(writing: FieldWriting, field: DocumentField): PlanField {
  const { document, increment, changes } = writing
  const object = increment.reserve()
  const widgets = slicesOf(document.pages, field).map(({ page, rect, index, of }): PlanWidget => {
    const own = increment.reserve()
    const widget = { ...widgetOf(document, page, rect), object: own, generation: 0 }
    const entries = {
      ...widgetEntries(document, page, widget),
      Parent: `${object} 0 R`,
      ...emptyAppearance(increment, field, widget),
    }
    increment.put(own, 0, dictionarySyntax(entries))
    changes.addWidget(page, own)
    return { ...widget, entries, slice: [index, of] }
  })
  const kids = widgets.map((widget) => `${widget.object} 0 R`)
  const entries = { ...fieldEntries(field), Kids: `[${kids.join(' ')}]` }
  increment.put(object, 0, dictionarySyntax(entries))
  return { object, generation: 0, entries, ...planned(field), widgets }
}

/** An empty signature field of the file: where it stands is left as its author wanted it. */
function usedField(
  { document }: FieldWriting,
  field: DocumentField,
  { ref, dictionary }: ExistingField,
): PlanField {
  const { pages, resolve } = document
  const sides = resolve(dictionary.get('Rect'))
  const rect = sides instanceof PdfArray ? [...sides].map((side) => numberOf(resolve(side))) : []
  if (ref === undefined || rect.length !== 4) {
    throw new Refusal(
      'FIELD_NAME_TAKEN',
      `The field "${field.name}" of the file cannot be used: name another one.`,
    )
  }
  const page = Math.max(0, pageOf(document, dictionary, ref))
  const { view } = pages[page] as OpenPage
  const [a, b, c, d] = rect as [number, number, number, number]
  const sorted: Rect = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  const { width, height } = shownRect(view, sorted)
  const at = { object: ref.objectNumber, generation: ref.generation }
  const widget = { ...at, page: page + 1, rect: sorted, rotation: view.rotation, width, height }
  return { ...at, entries: entriesOf(dictionary), ...planned(field), widgets: [widget] }
}

function pageOf({ pages, resolve }: OpenDocument, widget: PdfDict, ref: PdfRef): number {
  const own = widget.get('P')
  return pages.findIndex((page) => {
    if (own instanceof PdfRef) return page.ref.objectNumber === own.objectNumber
    const annotations = resolve(page.dictionary.get('Annots'))
    if (!(annotations instanceof PdfArray)) return false
    return [...annotations].some(
      (one) => one instanceof PdfRef && one.objectNumber === ref.objectNumber,
    )
  })
}

function numberOf(object: unknown): number {
  return object instanceof PdfNumber ? object.value : 0
}
