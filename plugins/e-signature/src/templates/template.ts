import { Refusal } from '@signalbox/sdk'
import type { FieldValue, FieldValues } from '../routing/condition.ts'
import { millionths } from '../routing/decimal.ts'
import { type Group, requireRouting } from '../routing/groups.ts'
import type { FieldPlace } from '../signing/signing-plan.ts'

export type RoleKind = 'signer' | 'approver' | 'seal' | 'copy'

export interface Role {
  readonly role: string
  readonly kind: RoleKind
  readonly label: { readonly en: string; readonly 'zh-CN': string }
  /** Nobody need have it: then its groups go without. */
  readonly optional?: boolean
}

export type FieldKind =
  | 'signature'
  | 'seal'
  /** 骑缝章: one seal over the edges of all pages. */
  | 'straddle-seal'
  | 'text'
  | 'date'
  | 'number'
  | 'checkbox'
  /** In Chinese capitals (财务大写), of the field that `of` names. */
  | 'amount-capitals'

export interface Field {
  readonly field: string
  readonly kind: FieldKind
  /** Who fills it or signs there; absent: the sender. */
  readonly role?: string
  readonly required?: boolean
  /** Of `amount-capitals`. */
  readonly of?: string
  /** Absent: it stands on no page, and only decides conditions; a straddling seal has its place on all of them. */
  readonly at?: FieldPlace
}

export interface TemplateDocument {
  readonly name: string
  /** Of the file, as uploadDocument answered it. */
  readonly sha256: string
  readonly fields: readonly Field[]
}

/** Which fields tell the register of contracts what it keeps. */
export interface ContractFields {
  readonly amount?: string
  readonly currency?: string
  readonly startsOn?: string
  readonly endsOn?: string
}

export interface Template {
  readonly template: string
  readonly title: string
  readonly documents: readonly TemplateDocument[]
  readonly roles: readonly Role[]
  readonly groups: readonly Group[]
  readonly policy: string
  readonly contract?: ContractFields
}

const SIGNED_AT: ReadonlySet<FieldKind> = new Set(['signature', 'seal', 'straddle-seal'])

export function isSignedAt({ kind }: Pick<Field, 'kind'>): boolean {
  return SIGNED_AT.has(kind)
}

export function fieldsOf({ documents }: Pick<Template, 'documents'>): readonly Field[] {
  return documents.flatMap(({ fields }) => fields)
}

/**
 * A template by which an envelope can be signed to its end.
 * @throws Refusal TEMPLATE_INVALID, ROUTING_INVALID
 */
export function requireTemplate(template: Template): void {
  const { roles, groups, documents, contract = {} } = template
  const names = roles.map(({ role }) => role)
  requireOnce(names, 'role')
  const fields = fieldsOf(template)
  requireOnce(
    fields.map(({ field }) => field),
    'field',
  )
  const copies = new Set(roles.filter(({ kind }) => kind === 'copy').map(({ role }) => role))
  if (copies.size === roles.length) throw invalid('nobody signs: name a role that is no copy')
  requireRouting(groups, names, copies, fields)
  for (const field of fields) requireField(field, roles, fields)
  for (const { role, kind } of roles) {
    if (kind !== 'signer' && kind !== 'seal') continue
    if (
      !fields.some(
        (field) => field.role === role && field.kind === (kind === 'seal' ? 'seal' : 'signature'),
      )
    ) {
      throw invalid(`role ${role} has no place to sign at`)
    }
  }
  for (const { name, fields: own } of documents) {
    if (!own.some(isSignedAt)) throw invalid(`document ${name} is signed by nobody`)
    // One signature of a signer in a document: its picture may stand on every page, its place is one.
    requireOnce(
      own.flatMap(({ kind, role }) =>
        kind === 'signature' || kind === 'seal' ? [role ?? ''] : [],
      ),
      `in document ${name} a place of role`,
    )
  }
  const unknown = Object.values(contract).find(
    (name) => !fields.some(({ field }) => field === name),
  )
  if (unknown !== undefined)
    throw invalid(`the register of contracts asks for field ${unknown}, which is not there`)
}

function requireField(field: Field, roles: readonly Role[], fields: readonly Field[]): void {
  const { field: name, kind, role, of, at } = field
  const by = roles.find((one) => one.role === role)
  if (role !== undefined && by === undefined)
    throw invalid(`field ${name} is of role ${role}, which is not there`)
  if (isSignedAt(field)) {
    const wanted = kind === 'signature' ? 'signer' : 'seal'
    if (by?.kind !== wanted) throw invalid(`field ${name} needs a role of the kind ${wanted}`)
    if (at === undefined && kind !== 'straddle-seal') throw invalid(`field ${name} has no place`)
  }
  if (by?.kind === 'copy') throw invalid(`field ${name} is of ${role}, who only gets a copy`)
  if (kind === 'amount-capitals') {
    const source = fields.find((one) => one.field === of)
    if (source?.kind !== 'number' || role !== undefined || source.role !== undefined) {
      throw invalid(`field ${name} writes out \`of\`: a number that the sender gives`)
    }
  }
}

/** Fields that somebody fills in. @param role of whom they are; undefined: the sender */
export function filledBy<One extends Field>(
  fields: readonly One[],
  role: string | undefined,
): readonly One[] {
  return fields.filter(
    (one) => one.role === role && !isSignedAt(one) && one.kind !== 'amount-capitals',
  )
}

/** Those fields with nothing in them, for a form to begin with. */
export function blankOf(
  fields: readonly Field[],
  role: string | undefined,
): Readonly<Record<string, '' | false>> {
  return Object.fromEntries(
    filledBy(fields, role).map(({ field, kind }) => [field, kind === 'checkbox' ? false : '']),
  )
}

/**
 * Values as fields take them.
 * @param role of whom they are; undefined: the sender
 * @throws Refusal VALUE_INVALID, VALUE_MISSING
 */
export function requireValues(
  fields: readonly Field[],
  given: Readonly<Record<string, unknown>>,
  role: string | undefined,
): FieldValues {
  const own = filledBy(fields, role)
  const values: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(given)) {
    const field = own.find((one) => one.field === name)
    if (field === undefined) {
      throw new Refusal(
        'VALUE_INVALID',
        `Field ${name} is not one that ${role ?? 'the sender'} fills in.`,
      )
    }
    if (!fits(field, value)) {
      throw new Refusal(
        'VALUE_INVALID',
        `Field ${name} does not take this value: it is a ${field.kind}.`,
      )
    }
    values[name] = value as FieldValue
  }
  const missing = own.find(
    ({ field, required = false }) => required && (values[field] ?? '') === '',
  )
  if (missing !== undefined) throw new Refusal('VALUE_MISSING', `Fill in field ${missing.field}.`)
  return values
}

const MAX_TEXT = 2000

function fits({ kind }: Field, value: unknown): boolean {
  if (kind === 'checkbox') return typeof value === 'boolean'
  if (typeof value !== 'string') return false
  if (kind === 'number') return millionths(value) !== undefined
  if (kind === 'date') return isDay(value)
  // Neither tables nor files have NUL, or half of a pair of UTF-16.
  return value.length <= MAX_TEXT && value.isWellFormed() && !value.includes('\0')
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

function requireOnce(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(`${what} ${twice} is there twice`)
}

function invalid(why: string): Refusal {
  return new Refusal('TEMPLATE_INVALID', `By this template nothing can be signed: ${why}.`)
}
