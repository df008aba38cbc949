import fc from 'fast-check'
import t from 'tap'
import { contractCompiler, validateContract } from '../../src/contract/contract.ts'

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
