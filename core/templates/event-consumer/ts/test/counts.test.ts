import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost } from '@signalbox/sdk/testing'
import plugin from '../src/index.ts'

const folder = new URL('..', import.meta.url)

/** A host in memory whose database answers every statement with these rows. */
const hostWith = (...rows: object[]) =>
  createTestHost({ folder, plugin, answers: { database: () => rows } })

test('a count is kept with the time of its event', async () => {
  const host = await hostWith()
  const time = Date.UTC(2026, 0, 31, 8)
  await host.emit('__NAME__.counted', { bin: 'R1-04', pieces: 12 }, { key: 'R1-04', time })
  const [{ parameters } = { parameters: [] }] = host.statements
  assert.deepEqual(parameters, ['acme', 'R1-04', 12, '2026-01-31T08:00:00.000Z'])
})

test('the newest count is shown, and none where nobody has counted', async () => {
  const counted = await hostWith({ pieces: '12' })
  const shown = await counted.call('__NAME__.counts', 'newest', { bin: 'R1-04' })
  assert.deepEqual(shown, { bin: 'R1-04', pieces: 12 })
  const empty = await hostWith()
  const none = await empty.call('__NAME__.counts', 'newest', { bin: 'R9-99' })
  assert.deepEqual(none, { bin: 'R9-99', pieces: null })
})
