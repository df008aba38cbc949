import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from '../src/index.ts'
import { isLow } from '../src/is-low.ts'

/** A database that answers every statement with these rows. */
const withRows = (...rows: object[]) => ({
  db: { query: async () => ({ rows, rowCount: rows.length }) },
})

test('an item is low from ten pieces on, or from where the caller says', () => {
  assert.equal(isLow(10), true)
  assert.equal(isLow(11), false)
  assert.equal(isLow(11, 20), true)
})

test('what is in stock is told', async () => {
  const answer = await read({ item: 'A-1' }, withRows({ pieces: '40' }) as never)
  assert.deepEqual(answer, { item: 'A-1', pieces: 40, isLow: false })
})

test('an item that nobody has set is refused by its code', async () => {
  await assert.rejects(read({ item: 'B-7' }, withRows() as never), { code: 'ITEM_UNKNOWN' })
})
