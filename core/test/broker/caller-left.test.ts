import t from 'tap'
import { CallerLeft, leftWith, unheard, watchedFor } from '../../src/broker/caller-left.ts'
import { coreErrors } from '../../src/errors.ts'

type Definition = Parameters<typeof watchedFor>[0]
const operation = (safe?: boolean) =>
  ({ definition: safe === undefined ? {} : { safe } }) as unknown as Definition

t.test('who has left once has left, and the reason is one and the same', async (t) => {
  let hasLeft = false
  const left = new CallerLeft(() => hasLeft)
  t.equal(left.aborted, false)
  t.equal(left.reason, undefined)
  hasLeft = true
  t.equal(left.aborted, true)
  hasLeft = false
  t.equal(left.aborted, true)
  t.match(left.reason, { code: 'CORE_CALLER_LEFT', status: 499 })
  t.equal(left.reason, left.reason)
})

t.test('what only reads ends, and what may be half way through is told', async (t) => {
  const left = new CallerLeft(() => false)
  t.same(Object.keys(watchedFor(operation(true), left)), ['signal'])
  t.same(Object.keys(watchedFor(operation(false), left)), ['left'])
  t.same(Object.keys(watchedFor(operation(), left)), ['left'])
})

t.test(
  'a handler that was cancelled has left what it asked; one that is late has not',
  async (t) => {
    const cancelled = new AbortController()
    const late = new AbortController()
    const [one, other] = [leftWith(cancelled.signal), leftWith(late.signal)]
    t.equal(one.aborted, false)
    cancelled.abort(coreErrors.create('CALLER_LEFT'))
    late.abort()
    t.equal(one.aborted, true)
    t.equal(other.aborted, false)
  },
)

t.test('whatever came of a call that nobody waited for is judged by nobody', async (t) => {
  const gone = new CallerLeft(() => true)
  for (const outcome of ['answered', 'failed', 'late', 'refused'] as const) {
    const judged = { outcome, trip: 'kill' as const, result: outcome }
    t.same(unheard(judged, gone), { outcome: 'unjudged', trip: undefined, result: outcome })
    t.equal(unheard(judged, undefined), judged)
    t.equal(unheard(judged, new CallerLeft(() => false)), judged)
  }
})
