import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { BUSY_MS, paceOf, REST_MS, SELF_MS } from '../../src/storage/due-pace.ts'

const quiet = (dueMs: number | null) => ({ dueMs, quietMs: 0 })

t.test('at rest PostgreSQL is asked twice a second, and nobody looks', async (t) => {
  t.same(paceOf([quiet(null), quiet(60_000)], true), {
    askInMs: REST_MS,
    lookInMs: [undefined, undefined],
  })
  t.same(paceOf([], true), { askInMs: REST_MS, lookInMs: [] })
})

t.test('what is due now is looked at now, and asked about again soon', async (t) => {
  t.same(paceOf([quiet(0), quiet(null), quiet(-5)], true), {
    askInMs: BUSY_MS,
    lookInMs: [0, undefined, 0],
  })
})

t.test('what becomes due before the next question is looked at in its moment', async (t) => {
  t.same(paceOf([quiet(123.4)], true).lookInMs, [125])
  t.same(paceOf([quiet(REST_MS)], true).lookInMs, [undefined])
})

t.test('a node that hears no hints asks more often', async (t) => {
  t.equal(paceOf([quiet(null)], false).askInMs, BUSY_MS)
})

t.test('every loop looks for itself after half a minute of silence', async (t) => {
  t.same(paceOf([{ dueMs: null, quietMs: SELF_MS }], true).lookInMs, [0])
})

/** A node that is asked and looks as the pace says, in a simulated minute. @returns when each work was looked at */
function lookedAt(
  works: readonly { madeAt: number; dueAt: number }[],
  deafAt: (at: number) => boolean,
): { readonly looks: readonly (number | undefined)[]; readonly questions: number } {
  const looks: (number | undefined)[] = works.map(() => undefined)
  let questions = 0
  for (let at = 0, plannedAt = Number.POSITIVE_INFINITY; at < 60_000; ) {
    const seen = works.filter((work, n) => work.madeAt <= at && looks[n] === undefined)
    const next = seen.length === 0 ? null : Math.min(...seen.map(({ dueAt }) => dueAt)) - at
    const { askInMs, lookInMs } = paceOf([{ dueMs: next, quietMs: 0 }], !deafAt(at))
    questions++
    plannedAt = lookInMs[0] === undefined ? Number.POSITIVE_INFINITY : at + lookInMs[0]
    if (plannedAt < at + askInMs + 2) {
      for (const [n, { madeAt, dueAt }] of works.entries()) {
        if (madeAt <= plannedAt && dueAt <= plannedAt) looks[n] ??= plannedAt
      }
    }
    at += askInMs
  }
  return { looks, questions }
}

const worksArbitrary = fc.array(
  fc
    .record({ madeAt: fc.nat(50_000), afterMs: fc.integer({ min: -1000, max: 9000 }) })
    .map(({ madeAt, afterMs }) => ({ madeAt, dueAt: madeAt + afterMs })),
  { maxLength: 8 },
)

t.test(
  'no work is looked at before it is due, or later than the next question after it',
  async (t) => {
    fc.assert(
      fc.property(worksArbitrary, fc.nat(60_000), fc.nat(60_000), (works, from, to) => {
        const { looks } = lookedAt(works, (at) => at >= from && at < to)
        for (const [n, { madeAt, dueAt }] of works.entries()) {
          const look = looks[n]
          const ready = Math.max(madeAt, dueAt)
          if (look === undefined) return ready > 60_000 - REST_MS
          if (look < ready || look > ready + REST_MS + 2) return false
        }
        return true
      }),
    )
    t.pass()
  },
)

t.test('what was known before it was due is looked at within two milliseconds', async (t) => {
  fc.assert(
    fc.property(fc.nat(50_000), fc.integer({ min: REST_MS, max: 9000 }), (madeAt, afterMs) => {
      const dueAt = madeAt + afterMs
      const look = lookedAt([{ madeAt, dueAt }], () => false).looks[0] ?? Number.NaN
      return look >= dueAt && look <= dueAt + 2
    }),
  )
  t.pass()
})

t.test('a minute without work costs 120 questions, whatever was done before it', async (t) => {
  t.equal(lookedAt([], () => false).questions, 120)
  t.equal(lookedAt([], () => true).questions, 240)
})
