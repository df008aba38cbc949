import { isRisky } from '../bind.ts'
import { type InputSchema, resolved, typeOf } from '../contract-input.ts'

/** What a person fills in for one member of an input. */
export type FormField =
  | Plain
  | Choice
  | NumberField
  | FileField
  | Scalars
  | Group
  | Rows
  | Variants
  | Pairs
  | Json

interface Named {
  /** The last word of its place. */
  readonly name: string
  readonly isRequired: boolean
  readonly hint?: string
  readonly initial?: unknown
}

interface Plain extends Named {
  readonly kind: 'text' | 'long' | 'secret' | 'boolean' | 'date' | 'instant' | 'user'
  readonly maxLength?: number
}

interface Choice extends Named {
  readonly kind: 'choice'
  readonly choices: readonly (string | number | boolean)[]
}

export interface NumberField extends Named {
  readonly kind: 'number' | 'integer'
  readonly min?: number
  readonly max?: number
}

interface FileField extends Named {
  readonly kind: 'file'
  readonly accept?: string
  readonly maxBytes: number
}

interface Scalars extends Named {
  readonly kind: 'scalars'
  readonly item: 'text' | 'number' | 'integer'
  readonly choices?: readonly string[]
  readonly most: number
}

export interface Group extends Named {
  readonly kind: 'group'
  readonly fields: readonly FormField[]
}

export interface Rows extends Named {
  readonly kind: 'rows'
  readonly fields: readonly FormField[]
  readonly most: number
}

/** One of several shapes, told apart by a constant. */
export interface Variants extends Named {
  readonly kind: 'variants'
  readonly tag: string
  readonly variants: readonly { readonly value: string; readonly fields: readonly FormField[] }[]
}

/** Values by names that no contract knows, such as those that a template has room for. */
export interface Pairs extends Named {
  readonly kind: 'pairs'
  readonly most: number
}

/** Too deep, or too open, for controls of its own. */
interface Json extends Named {
  readonly kind: 'json'
}

const MOST_DEPTH = 4
const MOST_FIELDS = 80
const LONG_TEXT = 300
const MOST_ITEMS = 200
const BASE64 = 3 / 4

/** @param names in their order, `identity/code` for a member of one; all properties when absent, first those that have to be given. @param bound members that are given already. Pure. */
export function formFields(
  input: InputSchema,
  names: readonly string[] | undefined,
  bound: object,
): readonly FormField[] {
  const all = names ?? requiredFirst(input)
  const heads = [...new Set(all.map((name) => headOf(name)))]
  const wanted = heads.filter((name) => !Object.hasOwn(bound, name))
  return fieldsOf(input, wanted, input, 0).map((field) => narrowed(field, all))
}

/** Nobody looks for what has to be given behind twenty members that may be left out. */
function requiredFirst({ properties = {}, required = [] }: InputSchema): readonly string[] {
  const rank = (name: string) => (required.includes(name) ? 0 : 1)
  return Object.keys(properties).sort((one, two) => rank(one) - rank(two))
}

function headOf(path: string): string {
  return path.split('/', 1)[0] ?? ''
}

/** A field with those of its members that are named, in their order; with all where none is. */
function narrowed(field: FormField, names: readonly string[]): FormField {
  if (field.kind !== 'group' && field.kind !== 'rows') return field
  const start = `${field.name}/`
  const inner = names
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length))
  if (inner.length === 0) return field
  const heads = [...new Set(inner.map(headOf))]
  const fields = heads.flatMap((head) => field.fields.filter(({ name }) => name === head))
  return { ...field, fields: fields.map((one) => narrowed(one, inner)) }
}

function fieldsOf(
  schema: InputSchema,
  names: readonly string[],
  root: InputSchema,
  depth: number,
): FormField[] {
  return names.slice(0, MOST_FIELDS).flatMap((name) => {
    if (isRisky(name) || !Object.hasOwn(schema.properties ?? {}, name)) return []
    const property = schema.properties?.[name]
    if (property === undefined) return []
    const isRequired = schema.required?.includes(name) ?? false
    return [fieldOf(name, isRequired, resolved(property, root), root, depth)]
  })
}

function fieldOf(
  name: string,
  isRequired: boolean,
  schema: InputSchema,
  root: InputSchema,
  depth: number,
): FormField {
  const named: Named = {
    name,
    isRequired,
    ...(schema.description === undefined ? {} : { hint: schema.description }),
    ...(schema.default === undefined ? {} : { initial: schema.default }),
  }
  if (depth >= MOST_DEPTH) return { ...named, kind: 'json' }
  const choices = choicesOf(schema)
  if (choices !== undefined) return { ...named, kind: 'choice', choices }
  const variants = variantsOf(named, schema, root, depth)
  if (variants !== undefined) return variants
  switch (typeOf(schema)) {
    case 'string':
      return textField(named, schema)
    case 'number':
    case 'integer':
      return numberField(named, schema)
    case 'boolean':
      return { ...named, kind: 'boolean' }
    case 'array':
      return arrayField(named, schema, root, depth)
    case 'object':
      return groupField(named, schema, root, depth)
    default:
      return { ...named, kind: 'json' }
  }
}

function choicesOf(schema: InputSchema): readonly (string | number | boolean)[] | undefined {
  const listed = schema.enum ?? (schema.oneOf ?? schema.anyOf)?.map((one) => one.const)
  const isPlain = listed?.every((one) => ['string', 'number', 'boolean'].includes(typeof one))
  return listed === undefined || isPlain !== true || listed.length === 0
    ? undefined
    : (listed as (string | number | boolean)[])
}

function textField(named: Named, schema: InputSchema): FormField {
  if (schema.contentEncoding === 'base64') {
    const type = schema.contentMediaType
    const maxBytes = Math.floor((schema.maxLength ?? 1_000_000) * BASE64)
    return { ...named, kind: 'file', maxBytes, ...(type === undefined ? {} : { accept: type }) }
  }
  if (schema.pattern === '^user:') return { ...named, kind: 'user' }
  if (schema.format === 'date') return { ...named, kind: 'date' }
  if (schema.format === 'date-time') return { ...named, kind: 'instant' }
  const kind =
    schema.sensitive === true ? 'secret' : (schema.maxLength ?? 0) > LONG_TEXT ? 'long' : 'text'
  return {
    ...named,
    kind,
    ...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength }),
  }
}

function numberField(named: Named, schema: InputSchema): FormField {
  const min = schema.minimum ?? schema.exclusiveMinimum
  const max = schema.maximum ?? schema.exclusiveMaximum
  return {
    ...named,
    kind: typeOf(schema) === 'integer' ? 'integer' : 'number',
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }
}

function arrayField(
  named: Named,
  schema: InputSchema,
  root: InputSchema,
  depth: number,
): FormField {
  const items = schema.items === undefined ? {} : resolved(schema.items, root)
  const most = Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS)
  const type = typeOf(items)
  if (type === 'string' || type === 'number' || type === 'integer') {
    const choices = items.enum?.filter((one) => typeof one === 'string')
    const item = type === 'string' ? 'text' : type
    return { ...named, kind: 'scalars', item, most, ...(choices === undefined ? {} : { choices }) }
  }
  const fields = membersOf(items, root, depth)
  if (fields === undefined) return { ...named, kind: 'json' }
  return { ...named, kind: 'rows', fields, most }
}

function groupField(
  named: Named,
  schema: InputSchema,
  root: InputSchema,
  depth: number,
): FormField {
  const fields = membersOf(schema, root, depth)
  if (fields !== undefined) return { ...named, kind: 'group', fields }
  return takesScalars(schema)
    ? { ...named, kind: 'pairs', most: Math.min(schema.maxProperties ?? MOST_ITEMS, MOST_ITEMS) }
    : { ...named, kind: 'json' }
}

const SCALARS: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean'])

function takesScalars({ properties, additionalProperties: more }: InputSchema): boolean {
  if (properties !== undefined || typeof more !== 'object' || more.type === undefined) return false
  return [more.type].flat().every((type) => SCALARS.has(type))
}

/** @returns undefined where an object is not of known members */
function membersOf(
  schema: InputSchema,
  root: InputSchema,
  depth: number,
): readonly FormField[] | undefined {
  const names = Object.keys(schema.properties ?? {})
  if (typeOf(schema) !== 'object' || names.length === 0 || schema.oneOf !== undefined)
    return undefined
  return fieldsOf(schema, names, root, depth + 1)
}

/** Objects of which each names itself by the constant of one member. */
function variantsOf(
  named: Named,
  schema: InputSchema,
  root: InputSchema,
  depth: number,
): FormField | undefined {
  const all = (schema.oneOf ?? schema.anyOf)?.map((one) => resolved(one, root))
  const tag = all === undefined ? undefined : tagOf(all)
  if (all === undefined || tag === undefined) return undefined
  const variants = all.map((one) => ({
    value: String(one.properties?.[tag]?.const),
    fields: fieldsOf(
      one,
      Object.keys(one.properties ?? {}).filter((name) => name !== tag),
      root,
      depth + 1,
    ),
  }))
  return { ...named, kind: 'variants', tag, variants }
}

function tagOf(all: readonly InputSchema[]): string | undefined {
  const [first] = all
  return Object.keys(first?.properties ?? {}).find(
    (name) =>
      !isRisky(name) && all.every((one) => typeof one.properties?.[name]?.const === 'string'),
  )
}
