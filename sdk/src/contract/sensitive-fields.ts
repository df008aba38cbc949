import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo, unescapeToken } from '../schema/json-pointer.ts'
import { type LinearRegExp, linearRegExp } from './linear-regexp.ts'
import { dataKeywords, schemasByName } from './schema-keywords.ts'

/**
 * The mark: an annotation beside `type`, `description` and the like. It changes nothing of what fits the
 * schema; it says that a value that stands there must not be kept, shown or passed on beyond the call.
 */
export const SENSITIVE = 'sensitive'

/** Their subschemas describe the same value as the schema they stand in. */
const sameValue = ['allOf', 'anyOf', 'oneOf'] as const
const sameValueAlone = ['if', 'then', 'else', 'not'] as const

type Json = Readonly<Record<string, unknown>>

/** What all subschemas that might apply to one value say of it and of its parts. */
interface Place {
  readonly isSensitive: boolean
  readonly properties: ReadonlyMap<string, readonly Place[]>
  readonly patterns: readonly (readonly [LinearRegExp, readonly Place[]])[]
  readonly otherProperties: readonly Place[]
  readonly firstItems: readonly (readonly Place[])[]
  readonly items: readonly Place[]
}

/** Called for each marked value; what it gives stands in the copy in the value's place. */
export type Replace = (value: unknown, pointer: string) => unknown

/** Where a schema marks values as sensitive. */
export interface SensitiveFields {
  /** A copy of the value with every marked part replaced; parts without a mark are shared, not copied. */
  replace(value: unknown, replace: Replace): unknown
  /** Names of the properties that are marked anywhere in the schema. */
  readonly names: ReadonlySet<string>
}

/**
 * Reads the marks of a schema that schemaCostFaults has let through (no recursion, a bounded size).
 *
 * A mark counts wherever it might: a branch of `anyOf`, `oneOf` or `if` that does not hold for a value
 * marks it as well, for to decide would be to validate again, and to keep too little harms nobody.
 * @returns undefined for a schema without a mark: nothing needs to be walked then
 */
export function sensitiveFields(schema: unknown): SensitiveFields | undefined {
  const reader = new Reader(schema)
  const places = reader.placesOf(schema)
  if (!reader.hasMark) return undefined
  return { names: reader.names, replace: (value, replace) => walk(value, places, '', replace) }
}

/** Marks that would be without effect: what they stand for is not a value with a place in the payload. */
export function sensitiveFaults(
  schema: unknown,
  pointer = '',
  root = schema,
): readonly InputFault[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([keyword, child]) => {
    const at = pointerTo(pointer, keyword)
    if (keyword === 'propertyNames' || keyword === 'contentSchema') {
      if (!new Reader(root).placesOf(child).some(({ isSensitive }) => isSensitive)) return []
      return [{ pointer: at, detail: 'cannot be marked as sensitive: mark the object or the text' }]
    }
    if (dataKeywords.has(keyword)) return []
    if (!schemasByName.has(keyword)) return sensitiveFaults(child, at, root)
    return Object.entries((child as object | null) ?? {}).flatMap(([name, named]) =>
      sensitiveFaults(named, pointerTo(at, name), root),
    )
  })
}

class Reader {
  readonly names = new Set<string>()
  hasMark = false
  readonly #root: unknown
  readonly #known = new Map<unknown, readonly Place[]>()

  constructor(root: unknown) {
    this.#root = root
  }

  /** One place for each subschema that describes the value itself; those behind a `$ref` are read once. */
  placesOf(schema: unknown): readonly Place[] {
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return []
    const known = this.#known.get(schema)
    if (known !== undefined) return known
    const places = this.#read(schema as Json)
    this.#known.set(schema, places)
    return places
  }

  #read(schema: Json): readonly Place[] {
    const isSensitive = schema[SENSITIVE] === true
    this.hasMark ||= isSensitive
    const { prefixItems } = schema
    const place: Place = {
      isSensitive,
      properties: new Map(this.#entries(schema.properties, true)),
      patterns: this.#entries(schema.patternProperties, false).map(
        ([pattern, places]) => [linearRegExp(pattern), places] as const,
      ),
      otherProperties: this.#all([schema.additionalProperties, schema.unevaluatedProperties]),
      firstItems: Array.isArray(prefixItems) ? prefixItems.map((item) => this.placesOf(item)) : [],
      items: this.#all([schema.items, schema.unevaluatedItems, schema.contains]),
    }
    const same = [
      ...sameValue.flatMap((keyword) => (Array.isArray(schema[keyword]) ? schema[keyword] : [])),
      ...sameValueAlone.map((keyword) => schema[keyword]),
      ...Object.values((schema.dependentSchemas as object | undefined) ?? {}),
      this.#target(schema.$ref),
    ]
    const places = [place, ...this.#all(same)]
    return places.filter(({ isSensitive, ...parts }) => isSensitive || hasParts(parts))
  }

  #all(schemas: readonly unknown[]): readonly Place[] {
    return schemas.flatMap((schema) => this.placesOf(schema))
  }

  #entries(schemas: unknown, areNames: boolean): [string, readonly Place[]][] {
    if (typeof schemas !== 'object' || schemas === null) return []
    return Object.entries(schemas).map(([name, schema]) => {
      const places = this.placesOf(schema)
      if (areNames && places.some(({ isSensitive }) => isSensitive)) this.names.add(name)
      return [name, places]
    })
  }

  /** A `$ref` is a pointer into the same schema: nothing else is let through. */
  #target(reference: unknown): unknown {
    if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
    let node: unknown = this.#root
    for (const token of reference.slice(1).split('/').slice(1)) {
      if (typeof node !== 'object' || node === null) return undefined
      const key = unescapeToken(decodeURIComponent(token))
      node = Object.hasOwn(node, key) ? (node as Json)[key] : undefined
    }
    return node
  }
}

function hasParts(place: Omit<Place, 'isSensitive'>): boolean {
  const { properties, patterns, otherProperties, firstItems, items } = place
  return (
    [...properties.values()].some((places) => places.length > 0) ||
    patterns.some(([, places]) => places.length > 0) ||
    otherProperties.length > 0 ||
    firstItems.some((places) => places.length > 0) ||
    items.length > 0
  )
}

function walk(value: unknown, places: readonly Place[], at: string, replace: Replace): unknown {
  if (places.length === 0) return value
  if (places.some(({ isSensitive }) => isSensitive)) return replace(value, at)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      walk(item, itemPlaces(places, index), `${at}/${index}`, replace),
    )
  }
  // fromEntries defines, it does not assign: an own `__proto__` stays data.
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => {
      return [name, walk(child, propertyPlaces(places, name), pointerTo(at, name), replace)]
    }),
  )
}

/** `additionalProperties` speaks of what the two others beside it do not name; here of all, to be safe. */
function propertyPlaces(places: readonly Place[], name: string): readonly Place[] {
  return places.flatMap(({ properties, patterns, otherProperties }) => {
    const named = properties.get(name)
    const matching = patterns.filter(([pattern]) => pattern.test(name))
    const isOther = named === undefined && matching.length === 0
    return [
      ...(named ?? []),
      ...matching.flatMap(([, found]) => found),
      ...(isOther ? otherProperties : []),
    ]
  })
}

function itemPlaces(places: readonly Place[], index: number): readonly Place[] {
  return places.flatMap(({ firstItems, items }) => firstItems[index] ?? items)
}
