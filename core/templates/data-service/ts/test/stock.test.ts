import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost } from '@signalbox/sdk/testing'
import plugin from '../src/index.ts'
import { isLow } from '../src/is-low.ts'

const folder = new URL('..', import.meta.url)

/** A host in memory whose database answers every statement with these rows. */
const hostWith = (...rows: object[]) =>
  createTestHost({ folder, plugin, answers: { database: () => rows } })

test('an item is low from ten pieces on, or from where the caller says', () => {
  assert.equal(isLow(10), true)
  assert.equal(isLow(11), false)
  assert.equal(isLow(11, 20), true)
})

test('what is in stock is told', async () => {
  const host = await hostWith({ pieces: '40' })
  const answer = await host.call('__NAME__.stock', 'read', { item: 'A-1' })
  assert.deepEqual(answer, { item: 'A-1', pieces: 40, isLow: false })
})

test('an item that nobody has set is refused by its code', async () => {
  const host = await hostWith()
  const asked = host.call('__NAME__.stock', 'read', { item: 'B-7' })
  await assert.rejects(asked, { code: 'ITEM_UNKNOWN' })
})

test('what the contract forbids never reaches the code', async () => {
  const host = await hostWith()
  const asked = host.call('__NAME__.stock', 'set', { item: 'A-1', pieces: -1 })
  await assert.rejects(asked, { code: 'CORE_INPUT_INVALID' })
  assert.deepEqual(host.statements, [])
})
