import { Refusal } from '@signalbox/sdk'
import type { Value } from './data-check-types.ts'
import { patternMatcher } from './pattern/match-pattern.ts'
import { lengthOf } from './row-test.ts'

type Schema = { readonly [keyword: string]: Value }
type Validator = (value: Value) => boolean

const MAX_DEPTH = 16
const MAX_SCHEMAS = 200

const isNumber = (value: Value): value is number => typeof value === 'number'
const isText = (value: Value): value is string => typeof value === 'string'
const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
const isObject = (value: Value): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const TYPES: Readonly<Record<string, Validator>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: isNumber,
  integer: (value) => Number.isInteger(value),
  string: isText,
  array: isList,
  object: isObject,
}

/** Keywords about one value: each passes what it does not speak of (JSON Schema 2020-12, validation). */
const BOUNDS: Readonly<Record<string, (bound: number) => Validator>> = {
  minimum: (bound) => (value) => !isNumber(value) || value >= bound,
  maximum: (bound) => (value) => !isNumber(value) || value <= bound,
  exclusiveMinimum: (bound) => (value) => !isNumber(value) || value > bound,
  exclusiveMaximum: (bound) => (value) => !isNumber(value) || value < bound,
  minLength: (bound) => (value) => !isText(value) || lengthOf(value) >= bound,
  maxLength: (bound) => (value) => !isText(value) || lengthOf(value) <= bound,
  minItems: (bound) => (value) => !isList(value) || value.length >= bound,
  maxItems: (bound) => (value) => !isList(value) || value.length <= bound,
}

const WORDS: ReadonlySet<string> = new Set([
  '$schema',
  'title',
  'description',
  'examples',
  'default',
])

/**
 * The part of JSON Schema 2020-12 that describes records: type, enum, const, the bounds, pattern (of the linear kind),
 * properties, required, additionalProperties (true, false or a schema), items.
 * @throws SCHEMA_UNSUPPORTED for any other keyword: to pass over one would pass rows that it forbids
 */
export function schemaValidator(schema: Schema): Validator {
  const count = { schemas: 0 }
  return validatorOf(schema, 0, count)
}

function validatorOf(schema: Value, depth: number, count: { schemas: number }): Validator {
  if (typeof schema === 'boolean') return () => schema
  if (!isObject(schema)) throw unsupported('a schema that is no object')
  count.schemas++
  if (depth > MAX_DEPTH || count.schemas > MAX_SCHEMAS)
    throw unsupported(`more than ${MAX_SCHEMAS} schemas, or ${MAX_DEPTH} inside each other`)
  const inner = (part: Value) => validatorOf(part, depth + 1, count)
  const parts = Object.entries(schema).flatMap(([keyword, value]) => {
    if (WORDS.has(keyword) || keyword === 'properties' || keyword === 'additionalProperties')
      return []
    return [keywordValidator(keyword, value, inner)]
  })
  const members = membersValidator(schema, inner)
  return (value) => parts.every((part) => part(value)) && members(value)
}

function keywordValidator(
  keyword: string,
  value: Value,
  inner: (schema: Value) => Validator,
): Validator {
  const bound = BOUNDS[keyword]
  if (bound && isNumber(value)) return bound(value)
  if (keyword === 'type') return typeValidator(isList(value) ? value : [value])
  if (keyword === 'enum' && isList(value)) {
    const texts = new Set(value.map(canonical))
    return (found) => texts.has(canonical(found))
  }
  if (keyword === 'const') return (found) => canonical(found) === canonical(value)
  if (keyword === 'pattern' && isText(value)) {
    const matches = patternMatcher(value)
    return (found) => !isText(found) || matches(found)
  }
  if (keyword === 'required' && isList(value) && value.every(isText))
    return (found) => !isObject(found) || value.every((name) => Object.hasOwn(found, name))
  if (keyword === 'items') {
    const item = inner(value)
    return (found) => !isList(found) || found.every(item)
  }
  throw unsupported(`the keyword ${keyword.slice(0, 40)}, or a value that it does not take`)
}

function typeValidator(names: readonly Value[]): Validator {
  const types = names.map((name) => {
    const type = isText(name) && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
    if (!type) throw unsupported('a type that JSON does not have')
    return type
  })
  return (value) => types.some((type) => type(value))
}

function membersValidator(schema: Schema, inner: (schema: Value) => Validator): Validator {
  const { properties = {}, additionalProperties = true } = schema
  if (!isObject(properties)) throw unsupported('properties that are no object')
  const known = new Map(Object.entries(properties).map(([name, part]) => [name, inner(part)]))
  const others = inner(additionalProperties)
  return (value) =>
    !isObject(value) ||
    Object.entries(value).every(([name, member]) => (known.get(name) ?? others)(member))
}

/** Objects are equal whatever the order of their members. */
function canonical(value: Value): string {
  if (isList(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`,
  )
  return `{${members.sort().join()}}`
}

function unsupported(what: string): Refusal {
  return new Refusal('SCHEMA_UNSUPPORTED', `The schema has ${what}; write it without.`)
}
