import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost } from '@signalbox/sdk/testing'
import plugin from '../src/index.js'
import { orderIn } from '../src/order.js'

const folder = new URL('..', import.meta.url)

/** A host in memory whose database takes everything. */
const newHost = () => createTestHost({ folder, plugin, answers: { database: () => [] } })

test('only what is written as an order is one', () => {
  assert.deepEqual(orderIn({ order: 'O-7', total: '12.50', more: 1 }), {
    order: 'O-7',
    total: '12.50',
  })
  for (const json of [
    undefined,
    null,
    'O-7',
    {},
    { order: 'O-7', total: 12.5 },
    { order: '', total: '1.00' },
  ]) {
    assert.equal(orderIn(json), undefined)
  }
})

test('an order is kept, and whoever hears of orders is told once', async () => {
  const host = await newHost()
  const delivery = { id: 'msg_1', json: { order: 'O-7', total: '12.50' } }
  await host.deliver('orders', delivery)
  // A webhook comes at least once.
  await host.deliver('orders', delivery)
  assert.deepEqual(host.statements[0]?.parameters, ['acme', 'O-7', '12.50'])
  assert.deepEqual(
    host.published.map(({ type, data, partitionkey }) => ({ type, data, partitionkey })),
    [{ type: '__NAME__.received', data: delivery.json, partitionkey: 'O-7' }],
  )
})

test('what holds no order is refused, so that it does not come again', async () => {
  const host = await newHost()
  await assert.rejects(host.deliver('orders', { json: {} }), { code: 'NOT_AN_ORDER' })
  assert.deepEqual(host.published, [])
})
