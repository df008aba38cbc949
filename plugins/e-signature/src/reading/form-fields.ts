import { catalogOf } from './page-tree.ts'
import { follow, type PdfState } from './pdf-file.ts'
import { dictOf, isKind, nameOf, type PdfDict, type PdfValue, textOf } from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'

/** A field of a form with its widgets (ISO 32000-2, 12.7.4): one dictionary is often both. */
export interface FormField {
  readonly name: string
  readonly number: number
  readonly type: string | undefined
  readonly dict: PdfDict
  readonly value: PdfValue
  /** Object numbers of all dictionaries that belong to it alone. */
  readonly numbers: readonly number[]
  readonly widgets: readonly PdfDict[]
}

export interface FormFields {
  readonly fields: readonly FormField[]
  /** The field of an object number; nodes above fields have their own name. */
  readonly nameOfNumber: ReadonlyMap<number, string>
  /** Names that two fields bear. */
  readonly twice: readonly string[]
}

interface Node {
  readonly ref: PdfValue
  readonly above: string
  readonly type: string | undefined
  readonly value: PdfValue
}

const most = 20_000

export function formFields(state: PdfState): FormFields {
  const form = dictOf(follow(state, catalogOf(state).catalog.entries.get('AcroForm')))
  const roots = itemsOf(state, form, 'Fields')
  const open: Node[] = roots.map((ref) => ({ ref, above: '', type: undefined, value: null }))
  const fields: FormField[] = []
  const nameOfNumber = new Map<number, string>()
  while (open.length > 0) {
    const node = open.shift() as Node
    if (!isKind(node.ref, 'ref') || nameOfNumber.has(node.ref.number)) continue
    if (nameOfNumber.size > most)
      throw new ReadingFault('PDF_TOO_LARGE', 'The form has too many fields.')
    open.unshift(...visit(state, node, node.ref.number, fields, nameOfNumber))
  }
  return { fields, nameOfNumber, twice: twiceIn(fields.map(({ name }) => name)) }
}

/** Fills in a field, or gives the nodes below. */
function visit(
  state: PdfState,
  node: Node,
  number: number,
  fields: FormField[],
  nameOfNumber: Map<number, string>,
): Node[] {
  const dict = dictOf(follow(state, node.ref))
  if (dict === undefined) return []
  const own = textOf(follow(state, dict.entries.get('T')))
  const name = [node.above, own].filter((part) => part !== '' && part !== undefined).join('.')
  nameOfNumber.set(number, name)
  const type = nameOf(follow(state, dict.entries.get('FT'))) ?? node.type
  const value = dict.entries.get('V') ?? node.value
  const kids = itemsOf(state, dict, 'Kids').filter((kid) => isKind(kid, 'ref'))
  const below = kids.filter((kid) => dictOf(follow(state, kid))?.entries.has('T') === true)
  if (below.length > 0) return below.map((ref) => ({ ref, above: name, type, value }))
  const widgets = kids.flatMap((kid) => {
    const widget = dictOf(follow(state, kid))
    if (widget === undefined || nameOfNumber.has(kid.number)) return []
    nameOfNumber.set(kid.number, name)
    return [widget]
  })
  const numbers = [number, ...kids.map((kid) => kid.number)]
  fields.push({ name, number, type, dict, value, numbers, widgets: [dict, ...widgets] })
  return []
}

function itemsOf(state: PdfState, dict: PdfDict | undefined, key: string): readonly PdfValue[] {
  const list = follow(state, dict?.entries.get(key))
  return isKind(list, 'array') ? list.items.slice(0, most) : []
}

function twiceIn(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size === seen.add(name).size)
}

/** Whether something of it can be seen: a rectangle with an area on a page. */
export function isVisible(state: PdfState, field: FormField): boolean {
  return field.widgets.some((widget) => {
    const box = rectangleOf(state, widget)
    return box !== undefined && box[2] - box[0] > 0.5 && box[3] - box[1] > 0.5
  })
}

/** Left, bottom, right, top. */
function rectangleOf(state: PdfState, dict: PdfDict): [number, number, number, number] | undefined {
  const box = follow(state, dict.entries.get('Rect'))
  if (!isKind(box, 'array')) return undefined
  const [a, b, c, d] = box.items.slice(0, 4).map((one) => follow(state, one))
  if (typeof a !== 'number' || typeof b !== 'number') return undefined
  if (typeof c !== 'number' || typeof d !== 'number') return undefined
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
}
