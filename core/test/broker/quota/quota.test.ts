import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  excessOf,
  isCheckedBeforeCommit,
  pauseAfterMs,
  quotaOf,
} from '../../../src/broker/db/quota/quota.ts'

const MIB = 1024 * 1024
const grant = (parameters: object, capability = 'db:own') => ({
  id: 'g',
  capability,
  parameters: { ...parameters },
})

t.test('the widest grant of a tenant counts, and only those of its own tables', async (t) => {
  t.equal(quotaOf([]), undefined)
  t.equal(quotaOf([grant({ quotaMb: 5 }, 'blob:own')]), undefined)
  t.same(quotaOf([grant({ quotaMb: 5, quotaRows: 10 })]), { bytes: 5 * MIB, rows: 10 })
  t.same(quotaOf([grant({ quotaMb: 5, quotaRows: 10 }), grant({ quotaMb: 2, quotaRows: 30 })]), {
    bytes: 5 * MIB,
    rows: 30,
  })
  t.same(
    quotaOf([grant({ quotaMb: 5, quotaRows: 10 }), grant({ quotaMb: 5 })]),
    { bytes: 5 * MIB, rows: null },
    'a grant without a limit of rows allows any number',
  )
})

t.test('an update is stopped by bytes, an insert by bytes and by rows', async (t) => {
  const limits = { bytes: 2 * MIB, rows: 10 }
  t.equal(excessOf({ bytes: 2 * MIB - 1, rows: 9 }, limits, 'rows'), undefined)
  t.same(excessOf({ bytes: 0, rows: 10 }, limits, 'rows'), { limit: '10 rows', reached: '10 rows' })
  t.equal(excessOf({ bytes: 0, rows: 99 }, limits, 'bytes'), undefined)
  t.same(excessOf({ bytes: 3 * MIB, rows: 0 }, limits, 'bytes'), {
    limit: '2 MiB',
    reached: '3.0 MiB',
  })
  t.equal(excessOf({ bytes: 0, rows: 10 }, limits, 'rows', true), undefined, 'to fill it is fine')
  t.same(excessOf({ bytes: 0, rows: 11 }, limits, 'rows', true)?.reached, '11 rows')
})

t.test('measuring takes at most a tenth of the time', async (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 60_000, noNaN: true }), (tookMs) => {
      const pause = pauseAfterMs(tookMs)
      return pause >= 1000 && tookMs / (tookMs + pause) <= 0.1
    }),
  )
  t.pass()
})

t.test(
  'only a write that took its time, and longer than to look at it takes, is looked at',
  async (t) => {
    t.equal(isCheckedBeforeCommit(499, 0), false)
    t.equal(isCheckedBeforeCommit(500, 0), true)
    t.equal(isCheckedBeforeCommit(2000, 2001), false)
  },
)
