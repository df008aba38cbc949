import { type FormField, isVisible } from '../reading/form-fields.ts'
import { follow } from '../reading/pdf-file.ts'
import { dictOf, isKind, nameOf, type PdfValue, textOf } from '../reading/pdf-values.ts'
import type { Change, ChangeCode } from './changes.ts'
import type { Difference, Known } from './known-state.ts'
import type { Zone } from './zones.ts'

type Rule = (difference: Difference, before: Known, after: Known) => readonly Partial<Change>[]

/** What a difference is, by the part of the document that it stands in; nothing for what says nothing of the document. */
export function classify(difference: Difference, before: Known, after: Known): Change[] {
  const { path, object, zone } = difference
  const field = zone.field === undefined ? {} : { field: zone.field }
  return rules[zone.kind](difference, before, after).map((change) => ({
    code: 'OBJECT_CHANGED',
    path: path.slice(0, 200),
    object,
    ...field,
    ...change,
  }))
}

const always =
  (code: ChangeCode): Rule =>
  () => [{ code }]

const byKey =
  (codes: Readonly<Record<string, ChangeCode>>, otherwise: ChangeCode): Rule =>
  ({ key }) => [{ code: Object.hasOwn(codes, key) ? (codes[key] as ChangeCode) : otherwise }]

const rules: Readonly<Record<Zone['kind'], Rule>> = {
  trailer: byKey(
    { Encrypt: 'ENCRYPTION_CHANGED', Info: 'METADATA_CHANGED', ID: 'METADATA_CHANGED' },
    'CATALOG_CHANGED',
  ),
  catalog: catalogChange,
  form: formChange,
  fields: fieldListChange,
  kids: ({ before, after }) => [
    {
      code:
        before === undefined
          ? 'FIELD_ADDED'
          : after === undefined
            ? 'FIELD_REMOVED'
            : 'FIELD_CHANGED',
    },
  ],
  field: fieldChange,
  value: (difference, before, after) => [{ code: valueCode(difference.zone.field, before, after) }],
  face: (difference, before, after) => [{ code: faceCode(difference.zone.field, before, after) }],
  pages: always('PAGE_CHANGED'),
  nodes: always('PAGE_CHANGED'),
  page: byKey(
    { Contents: 'CONTENT_CHANGED', Resources: 'RESOURCE_CHANGED', AA: 'SCRIPT_CHANGED' },
    'PAGE_CHANGED',
  ),
  content: always('CONTENT_CHANGED'),
  resources: always('RESOURCE_CHANGED'),
  annots: annotationListChange,
  annotation: byKey({ A: 'SCRIPT_CHANGED', AA: 'SCRIPT_CHANGED' }, 'ANNOTATION_CHANGED'),
  proofs: ({ before, after }) => [
    { code: after === undefined || isKind(before, 'stream') ? 'PROOF_REMOVED' : 'PROOF_ADDED' },
  ],
  extensions: ({ after }) => [
    { code: after === undefined ? 'CATALOG_CHANGED' : 'EXTENSION_ADDED' },
  ],
  metadata: always('METADATA_CHANGED'),
  information: byKey(
    { ModDate: 'METADATA_CHANGED', Producer: 'METADATA_CHANGED' },
    'DOCUMENT_TITLE_CHANGED',
  ),
  // The first part names the document for good, the second is of each revision (ISO 32000-2, 14.4).
  identity: ({ path }) => (path.endsWith('[1]') ? [] : [{}]),
  layers: always('LAYERS_CHANGED'),
  scripts: ({ path }) => [
    {
      code:
        path.includes('/Names/') && !path.includes('/JavaScript')
          ? 'CATALOG_CHANGED'
          : 'SCRIPT_CHANGED',
    },
  ],
  strict: strictChange,
}

function strictChange({ path, zone }: Difference): Partial<Change>[] {
  if (/\/(JS|JavaScript)(\/|$)/.test(path)) return [{ code: 'SCRIPT_CHANGED' }]
  return [{ code: zone.field === undefined ? 'OBJECT_CHANGED' : 'FIELD_CHANGED' }]
}

function catalogChange(
  { key, before, after }: Difference,
  _: Known,
  { state }: Known,
): Partial<Change>[] {
  if (key === 'DSS') return [{ code: after === undefined ? 'PROOF_REMOVED' : 'PROOF_ADDED' }]
  if (key === 'Extensions' && before === undefined) return [{ code: 'EXTENSION_ADDED' }]
  if (key === 'Version' && isKind(after, 'name')) return [{ code: 'EXTENSION_ADDED' }]
  if (key === 'Metadata' && after !== undefined) return [{ code: 'METADATA_CHANGED' }]
  const names = key === 'Names' ? dictOf(follow(state, after)) : undefined
  if (names?.entries.has('JavaScript') === true) return [{ code: 'SCRIPT_CHANGED' }]
  if (key === 'OCProperties') return [{ code: 'LAYERS_CHANGED' }]
  if (key === 'OpenAction' || key === 'AA') return [{ code: 'SCRIPT_CHANGED' }]
  if (key === 'AcroForm') return [{ code: 'FORM_CHANGED' }]
  return [{ code: 'CATALOG_CHANGED' }]
}

/** SignaturesExist and AppendOnly may be set, never taken back (ISO 32000-2, table 225). */
function formChange({ key, before, after }: Difference): Partial<Change>[] {
  return key === 'SigFlags' && onlySets(before, after, 3) ? [] : [{ code: 'FORM_CHANGED' }]
}

function onlySets(
  before: PdfValue | undefined,
  after: PdfValue | undefined,
  bits: number,
): boolean {
  const [one, other] = [before ?? 0, after ?? 0]
  if (typeof one !== 'number' || typeof other !== 'number') return false
  return (one & ~other) === 0 && (other & ~one & ~bits) === 0
}

function fieldListChange(
  { before, after: item }: Difference,
  old: Known,
  after: Known,
): readonly Partial<Change>[] {
  if (item === undefined) return [{ code: 'FIELD_REMOVED', field: nameAt(old, before) }]
  const name = nameAt(after, item)
  const added = after.fields.fields.filter(
    (field) => isKind(item, 'ref') && field.number === item.number,
  )
  const field = added[0]
  if (field === undefined || field.type !== 'Sig')
    return [{ code: 'FIELD_ADDED', field: name, visible: true }]
  const visible = isVisible(after.state, field)
  if (!visible && isTimestamp(after, field)) return [{ code: 'TIMESTAMPED', field: name }]
  return [{ code: 'SIGNATURE_FIELD_ADDED', field: name, visible }]
}

function nameAt({ fields }: Known, item: PdfValue | undefined): string {
  return (isKind(item, 'ref') ? fields.nameOfNumber.get(item.number) : undefined) ?? ''
}

function isTimestamp({ state }: Known, field: FormField): boolean {
  return nameOf(dictOf(follow(state, field.value))?.entries.get('Type')) === 'DocTimeStamp'
}

/** Bits that only bind a field or have it printed: ReadOnly of Ff; Print, ReadOnly, Locked and LockedContents of F. */
const bindingBits: Readonly<Record<string, number>> = { Ff: 1, F: 4 | 64 | 128 | 512 }

function fieldChange(
  difference: Difference,
  before: Known,
  after: Known,
): readonly Partial<Change>[] {
  const { key, zone } = difference
  const bits = bindingBits[key]
  if (bits !== undefined && onlySets(difference.before, difference.after, bits)) return []
  if (key === 'M') return []
  if (key === 'V' || key === 'AS' || key === 'I' || key === 'RV') {
    return [{ code: valueCode(zone.field, before, after) }]
  }
  if (key === 'AP') return [{ code: faceCode(zone.field, before, after) }]
  if (key === 'A' || key === 'AA') return [{ code: 'SCRIPT_CHANGED' }]
  return [{ code: 'FIELD_CHANGED' }]
}

function fieldNamed({ fields }: Known, name: string | undefined): FormField | undefined {
  return fields.fields.find((field) => field.name === name)
}

function valueCode(name: string | undefined, before: Known, after: Known): ChangeCode {
  const one = fieldNamed(before, name)
  const other = fieldNamed(after, name)
  if (one === undefined || other === undefined) return 'FIELD_CHANGED'
  if (one.type !== 'Sig') return other.type === one.type ? 'FIELD_FILLED' : 'FIELD_CHANGED'
  if (follow(before.state, one.value) !== null) return 'SIGNED_FIELD_CHANGED'
  return isTimestamp(after, other) ? 'TIMESTAMPED' : 'SIGNED'
}

/** A face goes with a value: one that changes by itself shows what nobody filled in. */
function faceCode(name: string | undefined, before: Known, after: Known): ChangeCode {
  const code = valueCode(name, before, after)
  if (code !== 'FIELD_FILLED' && code !== 'SIGNED' && code !== 'TIMESTAMPED') return code
  const one = fieldNamed(before, name)
  const other = fieldNamed(after, name)
  if (one === undefined || other === undefined) return 'FIELD_CHANGED'
  const same = valueText(before, one) === valueText(after, other)
  return same ? 'APPEARANCE_WITHOUT_VALUE' : code
}

function valueText({ state }: Known, field: FormField): string {
  const value = follow(state, field.value)
  const face = field.widgets.map((widget) => nameOf(follow(state, widget.entries.get('AS'))) ?? '')
  const text = textOf(value) ?? nameOf(value) ?? (value === null ? '' : `a ${typeof value}`)
  return [text, ...face].join('\n')
}

function annotationListChange(
  { before, after: item }: Difference,
  old: Known,
  after: Known,
): readonly Partial<Change>[] {
  if (item === undefined)
    return [{ code: nameAt(old, before) === '' ? 'ANNOTATION_REMOVED' : 'FIELD_CHANGED' }]
  const field = nameAt(after, item)
  const isField = isKind(item, 'ref') && after.fields.nameOfNumber.has(item.number)
  const wasField = isKind(item, 'ref') && old.fields.nameOfNumber.has(item.number)
  // That there is a new field is told where the form lists it.
  if (isField) return wasField ? [{ code: 'FIELD_CHANGED', field, visible: true }] : []
  const subtype = nameOf(dictOf(follow(after.state, item))?.entries.get('Subtype'))
  return [
    { code: subtype === 'Widget' ? 'WIDGET_WITHOUT_FIELD' : 'ANNOTATION_ADDED', visible: true },
  ]
}
