import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onOrder } from '../src/index.ts'
import { orderIn } from '../src/order.ts'

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

test('an order is kept and told of in one transaction', async () => {
  const asked = [] as unknown[]
  const ctx = {
    tenant: 'acme',
    db: { transaction: async (...words: unknown[]) => void asked.push(words) },
  }
  await onOrder({ id: 'msg_1', json: { order: 'O-7', total: '12.50' } }, ctx as never)
  assert.equal(asked.length, 1)
  assert.match(JSON.stringify(asked), /"type":"__NAME__.received".*"id":"msg_1"/)
})

test('what holds no order is refused, so that it does not come again', async () => {
  await assert.rejects(onOrder({ id: 'msg_2', json: {} }, {} as never), { code: 'NOT_AN_ORDER' })
})
