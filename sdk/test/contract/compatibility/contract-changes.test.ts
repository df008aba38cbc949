import t from 'tap'
import { breakingFaults } from '../../../src/contract/compatibility/breaking-faults.ts'
import { contractChanges } from '../../../src/contract/compatibility/contract-changes.ts'
import type { Contract, ContractOperation } from '../../../src/contract/contract.ts'

const text = { type: 'string' }
const list: ContractOperation = {
  safe: true,
  deadlineMs: 1000,
  requires: 'orders.read',
  units: ['rows'],
  input: { type: 'object', properties: { status: text } },
  output: {
    type: 'object',
    properties: {
      rows: { type: 'array', items: { type: 'object', properties: { sku: text, at: text } } },
    },
  },
}
const file: ContractOperation = {
  delivery: 'bytes',
  contentType: 'text/csv',
  maxMb: 10,
  input: {},
}
const old: Contract = {
  id: 'orders.visibility',
  major: 1,
  title: { en: 'Orders' },
  serviceLevels: { availability: 99.9, p95Ms: 300 },
  operations: { list, file },
}

const withList = (changes: object): Contract => ({
  ...old,
  operations: { ...old.operations, list: { ...list, ...changes } },
})
const withFile = (changes: object): Contract => ({
  ...old,
  operations: { ...old.operations, file: { ...file, ...changes } },
})
const without = (...names: (keyof ContractOperation)[]): Contract => {
  const operation = { ...list }
  for (const name of names) delete operation[name]
  return { ...old, operations: { ...old.operations, list: operation } }
}

/** What changed, and the rules that tell of it, from the first to the second and back again. */
const cases: readonly [title: string, now: Contract, there: string[], back: string[]][] = [
  ['nothing', old, [], []],
  ['an operation', { ...old, operations: { list } }, ['operation-removed'], ['operation-added']],
  ['safety', withList({ safe: false }), ['safe-lost'], ['safe-gained']],
  ['a longer deadline', withList({ deadlineMs: 2000 }), ['deadline-raised'], ['deadline-lowered']],
  ['no deadline', without('deadlineMs'), ['deadline-raised'], ['deadline-lowered']],
  ['no permission', without('requires'), ['permission-removed'], ['permission-added']],
  [
    'another permission',
    withList({ requires: 'x' }),
    ['permission-changed'],
    ['permission-changed'],
  ],
  [
    'a permission in units',
    withList({ requiresIn: 'unit' }),
    ['permission-in-units'],
    ['permission-in-tenant'],
  ],
  ['a unit', withList({ units: [] }), ['unit-removed'], ['unit-added']],
  [
    'another kind of bytes',
    withFile({ contentType: 'text/plain' }),
    ['delivery-changed'],
    ['delivery-changed'],
  ],
  ['the cut of bytes', withFile({ maxMb: 5 }), ['bytes-cut'], ['bytes-longer']],
  [
    'JSON for bytes',
    { ...old, operations: { list, file: { input: {}, output: {} } } },
    ['delivery-changed'],
    ['delivery-changed'],
  ],
  [
    'a lower level',
    { ...old, serviceLevels: { availability: 99, p95Ms: 300 } },
    ['level-lowered'],
    ['level-raised'],
  ],
  [
    'a slower level',
    { ...old, serviceLevels: { availability: 99.9, p95Ms: 400 } },
    ['level-lowered'],
    ['level-raised'],
  ],
  [
    'words',
    { ...old, title: { en: 'Order visibility' }, tags: ['orders'] },
    ['words-changed', 'words-changed'],
    ['words-changed', 'words-changed'],
  ],
]

for (const [title, now, there, back] of cases) {
  t.test(`tells what became of ${title}, and of the way back`, async (t) => {
    t.same(
      contractChanges(old, now).map(({ rule }) => rule),
      there,
    )
    t.same(
      contractChanges(now, old).map(({ rule }) => rule),
      back,
    )
  })
}

t.test(
  'a field that is gone is told once, by its place in the payload and in the contract',
  async (t) => {
    const now = withList({
      output: {
        type: 'object',
        properties: {
          rows: { type: 'array', items: { type: 'object', properties: { sku: text } } },
        },
      },
    })
    t.match(contractChanges(old, now), [
      {
        kind: 'breaking',
        direction: 'output',
        rule: 'output-removed',
        operation: 'list',
        field: '/rows/[]/at',
        pointer: '/operations/list/output/properties/rows/items/properties/at',
        sentence: { en: 'The field "/rows/[]/at" is gone from the answers.', 'zh-CN': /应答/ },
      },
    ])
    t.equal(contractChanges(old, now).length, 1)
  },
)

t.test('a change within a field names the field', async (t) => {
  const rows = {
    type: 'array',
    items: { type: 'object', properties: { sku: { type: 'integer' }, at: text } },
  }
  const now = withList({ output: { type: 'object', properties: { rows } } })
  const [first] = contractChanges(old, now)
  t.match(first, { kind: 'breaking', field: '/rows/[]/sku', pointer: /\/properties\/sku\/type$/ })
})

t.test('what breaks within a major is refused with its place and the cure', async (t) => {
  const now = withList({ safe: false })
  t.match(breakingFaults({ [old.id]: old }, { [old.id]: now }), [
    {
      service: 'orders.visibility',
      pointer: '/operations/list/safe',
      detail: /major 2\. .*主版本/,
    },
  ])
  t.same(breakingFaults({ [old.id]: old }, { [old.id]: { ...now, major: 2 } }), [], 'a new major')
  t.same(breakingFaults({}, { [old.id]: now }), [], 'a new service')
  t.same(breakingFaults({ [old.id]: old }, {}), [], 'a service that is not there any more')
})

t.test(
  'schemas that are too entangled to be compared count as breaking, within a second',
  async (t) => {
    const variant = (n: number): object => ({
      type: 'object',
      properties: {
        a: {
          anyOf: Array.from({ length: 12 }, (_, i) => ({
            type: 'object',
            properties: {
              b: {
                anyOf: Array.from({ length: 6 }, (_, j) => ({
                  type: 'object',
                  required: [`k${n}${i}${j}`],
                })),
              },
            },
          })),
        },
      },
    })
    const many = (extra: number) => ({
      anyOf: Array.from({ length: 8 }, (_, n) => variant(n + extra)),
    })
    const startedAt = process.cpuUsage()
    const changes = contractChanges(withList({ input: many(0) }), withList({ input: many(1) }))
    const { user } = process.cpuUsage(startedAt)
    t.ok(changes.some(({ kind, isUndecided }) => kind === 'breaking' && isUndecided))
    t.ok(user < 10_000_000, `${user} µs`)
    t.comment(`${Math.round(user / 1000)} ms`)
  },
)
