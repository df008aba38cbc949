import t from 'tap'
import { type Contract, validateContract } from '../../src/contract/contract.ts'
import { offeredEventFaults } from '../../src/contract/offered-events.ts'
import type { Manifest } from '../../src/manifest/manifest.ts'

const contractOf = (events: unknown) =>
  ({
    ...{ id: 'orders', major: 1, title: { en: 'Orders' }, events },
    operations: { list: { input: {}, output: {} } },
  }) as unknown as Contract

t.test('a contract offers events by their types, and how they are delivered', async (t) => {
  const good: readonly unknown[] = [
    [{ type: 'orders.created' }],
    [{ type: 'orders.created', delivery: ['stream'], summary: { en: 'Made.' } }],
  ]
  for (const events of good) t.ok(validateContract(contractOf(events)).ok, JSON.stringify(events))
  const wrong: readonly [unknown, string][] = [
    [[{ type: 'orders.*' }], '/events/0/type'],
    [[{}], '/events/0/type'],
    [[{ type: 'orders', delivery: [] }], '/events/0/delivery'],
    [[{ type: 'orders', delivery: ['mail'] }], '/events/0/delivery/0'],
    [[{ type: 'orders', to: 'all' }], '/events/0/to'],
  ]
  for (const [events, pointer] of wrong) {
    t.match(validateContract(contractOf(events)), { ok: false, faults: [{ pointer }] }, pointer)
  }
})

t.test('what is offered is declared in the manifest, and offered once', async (t) => {
  const manifest = {
    provides: { events: [{ type: 'orders.created', schema: 'a.json' }] },
  } as unknown as Manifest
  const faults = (...types: string[]) =>
    offeredEventFaults(contractOf(types.map((type) => ({ type }))), manifest)
  t.same(faults('orders.created'), [])
  t.match(faults('orders.created', 'orders.gone'), [{ pointer: '/events/1/type' }])
  t.match(faults('orders.created', 'orders.created'), [{ pointer: '/events/1/type' }])
  t.same(offeredEventFaults(contractOf(undefined), {} as Manifest), [])
})
