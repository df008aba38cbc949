import fc from 'fast-check'
import t from 'tap'
import { linearRegExp } from '../../src/contract/linear-regexp.ts'
import { schemaCostFaults } from '../../src/contract/schema-cost.ts'

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

t.test('the classic catastrophic pattern answers at once', async (t) => {
  const started = performance.now()
  t.notOk(linearRegExp('^(a+)+$').test(`${'a'.repeat(50_000)}!`))
  t.ok(performance.now() - started < 2000)
})

t.test('any JSON gets an answer, never an exception', async (t) => {
  fc.assert(fc.property(fc.jsonValue(), (schema) => Array.isArray(schemaCostFaults(schema))))
  t.pass()
})
