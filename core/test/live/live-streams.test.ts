import t from 'tap'
import { type LiveView, liveEvents } from '../../src/live/live-streams.ts'

const pace = { lookEveryMs: 1, heartbeatMs: 60_000 }

/** Answers one after the other, and the last one again and again. */
function viewOf(...answers: readonly (number | Error)[]): LiveView<number> {
  let next = 0
  return {
    event: 'number',
    read: async () => {
      const answer = answers[Math.min(next++, answers.length - 1)] as number | Error
      if (answer instanceof Error) throw answer
      return answer
    },
    idOf: (value) => `n${value}`,
    isOver: (value) => value >= 3,
  }
}

async function all(events: AsyncGenerator<string>): Promise<string[]> {
  return Array.fromAsync(events)
}

const event = (value: number) => `id: n${value}\nevent: number\ndata: ${value}\n\n`
const never = new AbortController().signal
const retry = 'retry: 1000\n\n'

t.test('each change is told once, and the last one ends it', async (t) => {
  t.same(await all(liveEvents(viewOf(1, 1, 2, 2, 3), never, pace)), [
    retry,
    event(1),
    event(2),
    event(3),
  ])
})

t.test('while PostgreSQL is away it is silent, and goes on', async (t) => {
  const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
  t.same(await all(liveEvents(viewOf(1, away, 3), never, pace)), [retry, event(1), event(3)])
})

t.test('what nothing is told of is kept open by a comment', async (t) => {
  const events = liveEvents(viewOf(1), never, { ...pace, heartbeatMs: 1 })
  t.same((await events.next()).value, retry)
  t.same((await events.next()).value, event(1))
  t.same((await events.next()).value, ': still here\n\n')
  await events.return(undefined)
})

t.test('it ends at its deadline, and when nobody listens any more', async (t) => {
  const bounded = { ...viewOf(1), mostMs: 30 }
  t.same(await all(liveEvents(bounded, never, pace)), [retry, event(1)])
  const gone = new AbortController()
  const events = liveEvents(viewOf(1), gone.signal, pace)
  await events.next()
  await events.next()
  gone.abort()
  t.match(await events.next(), { done: true })
})
