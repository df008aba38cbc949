import { fc } from '../../seeded-check.ts'

type Schema = boolean | Record<string, unknown>

const names = ['a', 'b', 'ab'] as const
const small = fc.integer({ min: -2, max: 4 })
const count = fc.integer({ min: 0, max: 3 })
const scalar = fc.constantFrom<unknown>(
  '',
  'x',
  'ab',
  '2020-01-01',
  0,
  1,
  2,
  -1,
  1.5,
  4,
  null,
  true,
  false,
)

/** Some of these words, each or not. */
const words = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>

const typed = (type: unknown, more: fc.Arbitrary<Record<string, unknown>>) =>
  more.map((one): Schema => ({ type, ...one }))

const scalars: fc.Arbitrary<Schema> = fc.oneof(
  typed(
    'string',
    words({
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom('^a', 'b$', '^x?$'),
      format: fc.constantFrom('date', 'email'),
    }),
  ),
  typed(
    'number',
    words({ minimum: small, exclusiveMaximum: small, multipleOf: fc.constantFrom(1, 2, 0.5) }),
  ),
  typed(
    'integer',
    words({ exclusiveMinimum: small, maximum: small, multipleOf: count.map((n) => n + 1) }),
  ),
  fc.constantFrom<Schema>({ type: 'boolean' }, { type: 'null' }, true, {
    type: 'string',
    nullable: true,
  }),
  fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }).map((members) => ({ enum: members })),
  scalar.map((value) => ({ const: value })),
  fc
    .uniqueArray(fc.constantFrom('string', 'integer', 'number', 'null', 'object', 'array'), {
      minLength: 1,
      maxLength: 3,
    })
    .map((type) => ({ type })),
)

/** Schemas as authors write them, and as they should not; objects always say what else they take. */
const schemas: fc.Arbitrary<Schema> = fc.letrec<{ any: Schema }>((tie) => {
  const any = tie('any')
  const some = fc.array(any, { minLength: 1, maxLength: 3 })
  const objects = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...names), any, { maxKeys: 3 }),
      words({
        required: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
        patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$'), any, { maxKeys: 2 }),
        minProperties: count,
        maxProperties: count,
        propertyNames: fc.constantFrom({ maxLength: 1 }, { enum: ['a', 'b'] }),
        dependentRequired: fc.constantFrom({ a: ['b'] }, { b: ['ab'] }),
        dependentSchemas: fc.dictionary(fc.constantFrom(...names), any, { maxKeys: 1 }),
      }),
      fc.oneof(fc.constant(false), fc.constant(true), scalars),
    )
    .map(
      ([properties, more, others]): Schema => ({
        type: 'object',
        ...more,
        properties,
        additionalProperties: others,
      }),
    )
  const arrays = typed(
    'array',
    words({
      items: any,
      prefixItems: some,
      minItems: count,
      maxItems: count,
      contains: any,
      minContains: count,
    }),
  )
  const composed = fc.oneof(
    some.map((anyOf): Schema => ({ anyOf })),
    some.map((oneOf): Schema => ({ oneOf })),
    some.map((allOf): Schema => ({ allOf })),
    any.map((not): Schema => ({ not })),
    fc.tuple(any, any).map(
      ([one, two]): Schema =>
        Object.fromEntries([
          ['if', one],
          ['then', two],
        ]),
    ),
    fc.tuple(some, any).map(([allOf, left]): Schema => ({ allOf, unevaluatedProperties: left })),
    fc.tuple(some, any).map(([anyOf, left]): Schema => ({ anyOf, unevaluatedItems: left })),
  )
  return {
    any: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 4, arbitrary: scalars },
      { weight: 4, arbitrary: objects },
      { weight: 2, arbitrary: arrays },
      { weight: 3, arbitrary: composed },
    ),
  }
}).any

/** Two versions: the second is the first with one place changed, or with a part taken from elsewhere. */
export const schemaVersions = fc
  .tuple(schemas, schemas, fc.nat(), fc.nat(5))
  .map(([old, spare, where, how]): { old: Schema; now: Schema } => {
    const now = structuredClone(old)
    const places = placesOf(now)
    const place = places[where % Math.max(places.length, 1)]
    if (place === undefined) return { old, now: spare }
    const { holder, key } = place
    const value = holder[key]
    if (how === 0 && !Array.isArray(holder)) delete holder[key]
    else if (typeof value === 'number') holder[key] = value + (how % 2 === 0 ? 1 : -1)
    else if (Array.isArray(value) && value.length > 1) value.splice(how % value.length, 1)
    else if (typeof value === 'object' && value !== null) holder[key] = spare
    return { old, now }
  })

interface Place {
  readonly holder: Record<string | number, unknown>
  readonly key: string | number
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Place['holder']
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])])
}

/** Documents from the same few words that the schemas are made of. */
export const documents: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('any'), { maxLength: 4 }) },
    {
      weight: 4,
      arbitrary: fc.dictionary(fc.constantFrom(...names, 'z'), tie('any'), { maxKeys: 4 }),
    },
  ),
})).any
