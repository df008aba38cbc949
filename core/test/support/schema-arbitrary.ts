import { fc } from '../../../sdk/test/seeded-check.ts'

/** As much of JSON Schema as host calls use. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly oneOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
}

const anything = fc.jsonValue({ maxDepth: 2 })

/** Values that the schema lets through, nearly always: what two of its words say together is not solved. */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.oneOf) {
    const { oneOf, ...rest } = schema
    return fc.oneof(
      ...oneOf.map((one) => arbitraryOf({ ...rest, ...one, properties: joined(rest, one) })),
    )
  }
  const [type] = [schema.type].flat()
  if (type === 'object') return objectOf(schema)
  if (type === 'array') {
    const maxLength = Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4)
    const items = schema.items ? arbitraryOf(schema.items) : anything
    return fc.array(items, { minLength: schema.minItems ?? 0, maxLength })
  }
  if (type === 'integer') {
    return fc.maxSafeInteger().map((n) => {
      const low = schema.minimum ?? 0
      return low + (Math.abs(n) % ((schema.maximum ?? 1e6) - low + 1))
    })
  }
  return type === 'string' ? textOf(schema) : anything
}

/** The request with one value somewhere in it replaced, taken out, or one more beside it. */
export function spoilt(request: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(request)
  return fc
    .record({
      place: fc.nat(places.length - 1),
      how: fc.nat(2),
      value: anything,
      // A list's length is no property that JSON could bring.
      name: fc.string().filter((one) => one !== 'length'),
    })
    .map(({ place, how, value, name }) => {
      const copy = structuredClone({ request })
      const path = places[place] ?? []
      let holder = copy as unknown as Record<string | number, unknown>
      let last: string | number = 'request'
      for (const step of path) {
        holder = holder[last] as Record<string | number, unknown>
        last = step
      }
      const inside = holder[last]
      if (how === 0 || typeof inside !== 'object' || inside === null) holder[last] = value
      else if (how === 1) Object.defineProperty(inside, name, { value, enumerable: true })
      else delete (inside as Record<string, unknown>)[Object.keys(inside)[0] ?? '']
      return copy.request
    })
}

function placesOf(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  return [
    [...path],
    ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key])),
  ]
}

function joined(one: Schema, other: Schema): Readonly<Record<string, Schema>> {
  const properties = { ...one.properties }
  for (const [name, schema] of Object.entries(other.properties ?? {})) {
    properties[name] = { ...properties[name], ...schema }
  }
  return properties
}

function objectOf({ properties, required = [] }: Schema): fc.Arbitrary<unknown> {
  if (!properties) return fc.dictionary(fc.string(), anything, { maxKeys: 3 })
  const fields = Object.entries(properties).map(([name, one]) => [name, arbitraryOf(one)] as const)
  return fc.record(Object.fromEntries(fields), {
    requiredKeys: [...required],
    noNullPrototype: true,
  })
}

function textOf({ pattern, minLength = 0, maxLength = 1000 }: Schema): fc.Arbitrary<string> {
  if (pattern === undefined) {
    return fc.string({
      unit: 'grapheme',
      minLength,
      maxLength: Math.min(maxLength, minLength + 40),
    })
  }
  const matches = new RegExp(pattern, 'u')
  // What looks ahead only forbids: made without it, and asked afterwards.
  const made = new RegExp(pattern.replaceAll(/\(\?[!=][^)]*\)/g, ''), 'u')
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength
  return fc.stringMatching(made).filter((text) => fits(text) && matches.test(text))
}
