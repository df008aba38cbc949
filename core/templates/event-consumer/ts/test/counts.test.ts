import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newest, onCounted } from '../src/index.ts'

/** A host that keeps what it is asked, and answers with these rows. */
function hostWith(rows: object[]) {
  const asked = [] as unknown[]
  const query = async (_sql: string, parameters: unknown) => {
    asked.push(parameters)
    return { rows, rowCount: rows.length }
  }
  return { asked, ctx: { tenant: 'acme', db: { query }, log: { info: () => undefined } } as never }
}

test('a count is kept with the time of its event', async () => {
  const { asked, ctx } = hostWith([])
  const event = { time: '2026-01-31T08:00:00Z', data: { bin: 'R1-04', pieces: 12 } }
  await onCounted(event as never, ctx)
  assert.deepEqual(asked, [['acme', 'R1-04', 12, '2026-01-31T08:00:00Z']])
})

test('the newest count is shown, and none where nobody has counted', async () => {
  assert.equal((await newest({ bin: 'R1-04' }, hostWith([{ pieces: '12' }]).ctx)).pieces, 12)
  assert.equal((await newest({ bin: 'R9-99' }, hostWith([]).ctx)).pieces, null)
})
