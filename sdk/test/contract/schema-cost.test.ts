import t from 'tap'
import { linearRegExp } from '../../src/contract/linear-regexp.ts'
import { schemaCostFaults } from '../../src/contract/schema-cost.ts'
import { fc } from '../seeded-check.ts'

const pointers = (schema: unknown) => schemaCostFaults(schema).map(({ pointer }) => pointer)

t.test('a plain schema costs what it shows', async (t) => {
  t.same(
    pointers({ type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: {} } }),
    [],
  )
})

t.test('a recursive schema is refused', async (t) => {
  t.same(pointers({ properties: { next: { $ref: '#' } } }), ['/properties/next/$ref'])
})

t.test('references that double at each step are refused before they cost anything', async (t) => {
  const $defs: Record<string, unknown> = { s0: { type: 'string' } }
  for (let step = 1; step <= 40; step++) {
    const below = { $ref: `#/$defs/s${step - 1}` }
    $defs[`s${step}`] = { anyOf: [below, below] }
  }
  t.same(pointers({ $ref: '#/$defs/s40', $defs }), [''])
})

t.test('a reference that leaves the schema is refused', async (t) => {
  for (const $ref of ['https://example.com/a.json', 'other.json', '#/$defs/none']) {
    t.same(pointers({ items: { $ref } }), ['/items/$ref'], $ref)
  }
})

t.test('keywords that hide a second schema or a promise are refused', async (t) => {
  for (const keyword of ['$id', '$anchor', '$dynamicRef', '$recursiveRef', '$async']) {
    t.same(pointers({ [keyword]: 'x' }), [`/${keyword}`], keyword)
  }
})

t.test('unique items need a bound', async (t) => {
  t.same(pointers({ uniqueItems: true }), ['/uniqueItems'])
  t.same(pointers({ uniqueItems: true, maxItems: 1001 }), ['/uniqueItems'])
  t.same(pointers({ uniqueItems: true, maxItems: 1000 }), [])
})

t.test('a pattern that only a backtracking engine can match is refused', async (t) => {
  t.same(pointers({ pattern: '(a)\\1' }), ['/pattern'])
  t.same(pointers({ patternProperties: { '(?=a)b': {} } }), ['/patternProperties/(?=a)b'])
  t.same(pointers({ pattern: 'x'.repeat(501) }), ['/pattern'])
})

t.test('data that looks like a schema is left alone', async (t) => {
  t.same(pointers({ const: { $ref: 'http://x' }, enum: [{ pattern: '(a)\\1' }] }), [])
})

t.test('a member of an enum costs what comparing with it costs', async (t) => {
  const members = (count: number) => Array.from({ length: count }, (_, n) => ({ n }))
  const words = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`)
  t.same(pointers({ items: { enum: members(20_000) } }), [''])
  t.same(pointers({ items: { enum: members(120) } }), [])
  t.same(pointers({ enum: words(990) }), [])
  t.same(pointers({ enum: words(1000) }), [''])
  t.same(pointers({ const: words(2000) }), [''])
  t.same(pointers({ const: { deep: members(1000) } }), [''])
  t.same(pointers({ enum: ['x'.repeat(100_000)] }), [''])
  const $defs = { word: { enum: words(300) } }
  const four = Array.from({ length: 4 }, () => ({ $ref: '#/$defs/word' }))
  t.same(pointers({ prefixItems: four, $defs }), [''], 'an enum counts at each reference')
})

t.test('alternatives and unique items count for what they cost a value', async (t) => {
  t.same(pointers({ anyOf: Array.from({ length: 200 }, () => ({ type: 'string' })) }), [''])
  const lists = Array.from({ length: 3 }, () => ({ uniqueItems: true, maxItems: 1000 }))
  t.same(pointers({ allOf: lists }), [''])
})

t.test('a text never meets more than a few dozen patterns', async (t) => {
  const patterns = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ pattern: `^${n}` }))
  t.same(pointers({ allOf: patterns(32) }), [])
  t.same(pointers({ allOf: patterns(33) }), [''])
  const names = Object.fromEntries(patterns(33).map(({ pattern }) => [pattern, {}]))
  t.same(pointers({ patternProperties: names }), [''])
})

t.test('a property may have the name of a keyword, and hides nothing behind it', async (t) => {
  t.same(pointers({ properties: { $id: { type: 'string' }, $async: {} } }), [])
  t.same(pointers({ properties: { enum: { $ref: '#' } } }), ['/properties/enum/$ref'])
  t.same(pointers({ properties: { default: { $async: true } } }), ['/properties/default/$async'])
})

t.test('a schema nested without end is refused, not walked', async (t) => {
  const nest = (key: string) => JSON.parse(`${`{"${key}":`.repeat(50_000)}{}${'}'.repeat(50_000)}`)
  t.equal(pointers(nest('not')).length, 1)
  t.equal(pointers({ const: nest('a') }).length, 1)
})

t.test('a reference that is no fragment is refused', async (t) => {
  for (const $ref of ['#/%', '#anchor']) t.same(pointers({ $ref }), ['/$ref'], $ref)
})

t.test('the classic catastrophic pattern answers at once', async (t) => {
  const started = performance.now()
  t.notOk(linearRegExp('^(a+)+$').test(`${'a'.repeat(50_000)}!`))
  t.ok(performance.now() - started < 20_000)
})

t.test('any JSON gets an answer, never an exception', async (t) => {
  fc.assert(fc.property(fc.jsonValue(), (schema) => Array.isArray(schemaCostFaults(schema))))
  t.pass()
})
