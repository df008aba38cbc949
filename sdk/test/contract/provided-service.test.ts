import t from 'tap'
import { breakingFaults } from '../../src/contract/compatibility/breaking-faults.ts'
import type { Contract } from '../../src/contract/contract.ts'
import { contractOf, nameFault } from '../../src/contract/provided-service.ts'

const contract = (major: number, required: readonly string[] = []) =>
  ({
    id: 'orders.demand',
    major,
    title: { en: 'Demand' },
    operations: { list: { input: { type: 'object', required }, output: { type: 'object' } } },
  }) as unknown as Contract

t.test('a contract stands under its id, or under its id with its major', async (t) => {
  const cases: [name: string, major: number, others: Record<string, Contract>, fault?: object][] = [
    ['orders.demand', 1, {}],
    ['orders.demand@1', 1, {}],
    ['orders.demand@2', 2, { 'orders.demand': contract(1) }],
    ['orders.demand', 2, { 'orders.demand@1': contract(1) }],
    ['orders', 1, {}, { pointer: '/id', detail: /must be "orders"/ }],
    ['orders.demand@2', 1, {}, { pointer: '/major', detail: /must be 2/ }],
    ['orders.supply@1', 1, {}, { pointer: '/id', detail: /must be "orders.supply"/ }],
    ['orders.demand@1', 1, { 'orders.demand': contract(1) }, { detail: /twice/ }],
  ]
  for (const [name, major, others, fault] of cases) {
    const found = nameFault(name, contract(major), others)
    if (fault === undefined) t.equal(found, undefined, name)
    else t.match(found, fault, name)
  }
})

t.test('each major is compared with itself, whatever name it has in either version', async (t) => {
  const before = { 'orders.demand': contract(1), 'orders.demand@2': contract(2) }
  t.same(
    breakingFaults(before, { 'orders.demand@1': contract(1), 'orders.demand': contract(2) }),
    [],
  )
  const now = { 'orders.demand@1': contract(1), 'orders.demand@2': contract(2, ['site']) }
  t.match(breakingFaults(before, now), [
    { service: 'orders.demand@2', pointer: /list/, detail: /orders.demand of major 3/ },
  ])
  t.same(breakingFaults({ 'orders.demand': contract(1) }, now), [], 'a major that is new')
  t.equal(contractOf(before, 'orders.demand', 3), undefined)
})
