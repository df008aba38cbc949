import t from 'tap'
import { contractCompiler, validateContract } from '../../src/contract/contract.ts'
import { byteDelivery, tierFaults } from '../../src/contract/delivery.ts'
import { fc } from '../seeded-check.ts'

const say = {
  input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
  output: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } },
}
const good = { id: 'demo.echo', major: 1, title: { en: 'Echo' }, operations: { say } }

const withSay = (changes: Record<string, unknown>) => ({
  ...good,
  operations: { say: { ...say, ...changes } },
})

t.test('accepts a contract whose examples fit', async (t) => {
  const examples = [{ name: 'hello', input: { text: 'x' }, output: { at: '2026-01-01T00:00:00Z' } }]
  t.ok(validateContract(good).ok)
  t.ok(validateContract(withSay({ safe: true, deadlineMs: 100, examples })).ok)
})

const wrong: readonly [title: string, value: unknown, pointer: string][] = [
  ['no object', [], ''],
  ['no major', { ...good, major: undefined }, '/major'],
  ['a major of zero', { ...good, major: 0 }, '/major'],
  ['no operation', { ...good, operations: {} }, '/operations'],
  ['an operation in kebab-case', { ...good, operations: { 'say-it': say } }, '/operations/say-it'],
  ['an operation without output', withSay({ output: undefined }), '/operations/say/output'],
  ['an unknown property', withSay({ cached: true }), '/operations/say/cached'],
  ['a schema that is none', withSay({ input: { type: 'objekt' } }), '/operations/say/input'],
  [
    'a schema that lies elsewhere',
    withSay({ input: { $ref: 'https://x.y/z' } }),
    '/operations/say/input/$ref',
  ],
  ['a pattern that is none', withSay({ input: { pattern: '(' } }), '/operations/say/input/pattern'],
  [
    'a check that answers later',
    withSay({ input: { $async: true } }),
    '/operations/say/input/$async',
  ],
  [
    'an example input that does not fit',
    withSay({ examples: [{ input: { text: 'x' } }, { input: { text: 1 } }] }),
    '/operations/say/examples/1/input/text',
  ],
  [
    'an example output that does not fit',
    withSay({ examples: [{ input: { text: 'x' }, output: { at: 'yesterday' } }] }),
    '/operations/say/examples/0/output/at',
  ],
]

for (const [title, value, pointer] of wrong) {
  t.test(`refuses ${title}`, async (t) => {
    const result = validateContract(JSON.parse(JSON.stringify(value)))
    t.equal(result.ok, false)
    if (result.ok) return
    t.equal(result.faults[0]?.pointer, pointer)
  })
}

t.test('never throws, whatever JSON stands in place of a contract or of its schemas', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      validateContract(value)
      validateContract(withSay({ input: value, examples: [{ input: value, output: value }] }))
    }),
  )
})

t.test(
  'a query is read as the numbers and booleans its schema asks for, a body is not',
  async (t) => {
    const schema = { type: 'object', properties: { horizon: { type: 'integer' } } }
    t.equal(contractCompiler().compile(schema)({ horizon: '3' }), false)
    const query = { horizon: '3' }
    t.equal(contractCompiler({ coerce: true }).compile(schema)(query), true)
    t.same(query, { horizon: 3 })
  },
)

t.test('two patterns of one schema are two', async (t) => {
  const properties = { first: { pattern: '^a$' }, second: { pattern: '^b$' } }
  const takes = contractCompiler().compile({ type: 'object', properties })
  t.equal(takes({ first: 'a', second: 'b' }), true)
  t.equal(takes({ first: 'a', second: 'a' }), false)
})

const bytes = { output: undefined, delivery: 'bytes', contentType: 'text/csv; charset=utf-8' }

t.test('an operation may deliver bytes, and says then which and how many', async (t) => {
  const good = validateContract(withSay({ ...bytes, maxMb: 64, maxSeconds: 60, examples: [] }))
  t.ok(good.ok, JSON.stringify(good))
  const wrong: readonly [changes: Record<string, unknown>, pointer: string][] = [
    [{ ...bytes, contentType: undefined }, 'contentType'],
    [{ ...bytes, contentType: 'text/csv\r\nset-cookie: a=b' }, 'contentType'],
    [{ ...bytes, contentType: 'csv' }, 'contentType'],
    [{ ...bytes, output: true }, 'output'],
    [{ ...bytes, maxMb: 0 }, 'maxMb'],
    [{ ...bytes, maxSeconds: 901 }, 'maxSeconds'],
    [{ ...bytes, examples: [{ input: { text: 'x' }, output: 'x' }] }, 'examples'],
    [{ ...bytes, delivery: 'stream' }, 'delivery'],
    [{ maxMb: 1 }, 'maxMb'],
    [{ contentType: 'text/csv' }, 'contentType'],
    [{ delivery: 'call', maxSeconds: 1 }, 'maxSeconds'],
  ]
  for (const [changes, name] of wrong) {
    const result = validateContract(JSON.parse(JSON.stringify(withSay(changes))))
    t.match(result, { ok: false, faults: [{ pointer: `/operations/say/${name}` }] }, name)
  }
})

t.test('what an operation of bytes leaves out is filled in', async (t) => {
  const MIB = 1024 * 1024
  const told = { delivery: 'bytes', contentType: 'text/csv' } as const
  t.same(byteDelivery(told), { contentType: 'text/csv', maxBytes: 64 * MIB, maxMs: 300_000 })
  t.equal(byteDelivery({}), undefined)
  const operations = { say: told }
  t.same(tierFaults({ operations }, 'trusted'), [])
  t.match(tierFaults({ operations }, 'sandbox'), [{ pointer: '/operations/say/delivery' }])
})
