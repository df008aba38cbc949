import t from 'tap'
import { EventHint } from '../../src/events/event-hint.ts'

/** A clock that is turned by hand. */
function world() {
  let now = 0
  let planned: { at: number; work: () => void } | undefined
  const sent: number[] = []
  let answer: (() => void) | undefined
  let isSlow = false
  const hint = new EventHint({
    send: () => {
      sent.push(now)
      if (!isSlow) return Promise.resolve()
      return new Promise<void>((resolve) => {
        answer = resolve
      })
    },
    now: () => now,
    later: (ms, work) => {
      planned = { at: now + ms, work }
    },
  })
  return {
    hint,
    sent,
    beSlow: () => {
      isSlow = true
    },
    answer: async () => {
      answer?.()
      await Promise.resolve()
      await Promise.resolve()
    },
    async advance(ms: number) {
      now += ms
      const due = planned
      if (due !== undefined && due.at <= now) {
        planned = undefined
        due.work()
      }
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}

t.test('the first event is told at once, and a thousand in a second as a hundred', async (t) => {
  const { hint, sent, advance } = world()
  hint.tell()
  t.same(sent, [0])
  for (let ms = 1; ms <= 1000; ms++) {
    await advance(1)
    hint.tell()
  }
  await advance(20)
  t.ok(sent.length >= 99 && sent.length <= 102, `${sent.length} hints`)
  const gaps = sent.slice(1).map((at, index) => at - (sent[index] as number))
  t.ok(gaps.every((gap) => gap >= 10))
})

t.test('the last event is told, however close it came behind another', async (t) => {
  const { hint, sent, advance } = world()
  hint.tell()
  await advance(3)
  hint.tell()
  t.same(sent, [0])
  await advance(7)
  t.same(sent, [0, 10])
  await advance(100)
  t.same(sent, [0, 10], 'and then there is silence')
})

t.test('while PostgreSQL is slow one hint is under way, and one follows it', async (t) => {
  const { hint, sent, advance, beSlow, answer } = world()
  beSlow()
  hint.tell()
  for (let n = 0; n < 50; n++) {
    await advance(10)
    hint.tell()
  }
  t.same(sent, [0])
  await answer()
  t.same(sent, [0, 500])
})

t.test('a hint that cannot be sent takes nothing with it', async (t) => {
  let tries = 0
  const hint = new EventHint({
    send: () => {
      tries++
      return Promise.reject(new Error('away'))
    },
    now: () => tries * 100,
    later: () => undefined,
  })
  hint.tell()
  await new Promise(setImmediate)
  hint.tell()
  t.equal(tries, 2)
})
