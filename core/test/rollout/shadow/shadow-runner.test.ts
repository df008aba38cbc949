import t from 'tap'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import type { TripKind } from '../../../src/rollout/judge/hard-trips.ts'
import type {
  MirroredCall,
  ShadowAnswer,
  ShadowRun,
} from '../../../src/rollout/shadow/mirrored-call.ts'
import { MAX_ANSWER_LENGTH, ShadowRunner } from '../../../src/rollout/shadow/shadow-runner.ts'

const comparison = { ignore: new Set<string>(), sets: new Set<string>(), names: new Set(['n']) }
const answered = (value: unknown): ShadowAnswer => ({
  kind: 'answered',
  json: JSON.stringify(value),
})
const ran = (answer: ShadowAnswer, more: Partial<ShadowRun> = {}): ShadowRun => ({
  answer,
  refused: [],
  ...more,
})

interface Given {
  readonly isBusy?: () => boolean
  readonly isLive?: () => boolean
  readonly draws?: readonly number[]
}

function setUp({ isBusy = () => false, isLive = () => true, draws = [0.9] }: Given = {}) {
  const trips: [Arm, TripKind][] = []
  const order: Arm[] = []
  let drawn = 0
  const runner = new ShadowRunner({
    isBusy,
    isLive,
    random: () => draws[drawn++ % draws.length] as number,
    pause: async () => undefined,
    onTrip: (_rollout, arm, kind) => trips.push([arm, kind]),
    log: { warn: () => undefined },
  })
  const call = (
    runs: Partial<Readonly<Record<Arm, ShadowRun>>> = {},
    more: Partial<MirroredCall> = {},
  ): MirroredCall => ({
    rollout: 'rol_0',
    plugin: '@test/one',
    kind: 'live',
    answer: answered({ n: 1 }),
    comparison,
    length: 10,
    run: async (arm) => {
      order.push(arm)
      return runs[arm] ?? ran(answered({ n: 1 }))
    },
    ...more,
  })
  const settled = async () => {
    while (!runner.isIdle) await new Promise((resolve) => setImmediate(resolve))
    await runner.stop()
    return runner.seenOf('rol_0').tally
  }
  return { runner, call, trips, order, settled }
}

t.test('nothing of a call runs before its caller has been answered', async (t) => {
  const { runner, call, order, settled } = setUp()
  runner.offer(call())
  await Promise.resolve()
  t.same(order, [], 'the answer is sent in this turn')
  t.equal((await settled()).compared, 1)
})

t.test('which version runs first is drawn', async (t) => {
  const { runner, call, order, settled } = setUp({ draws: [0.1, 0.9] })
  runner.offer(call())
  runner.offer(call())
  await settled()
  t.same(order, ['stable', 'canary', 'canary', 'stable'])
})

t.test('a field that the new version alone gets wrong is asked for nine times', async (t) => {
  const { runner, call, order, settled } = setUp()
  runner.offer(call({ canary: ran(answered({ n: 2 })) }))
  const tally = await settled()
  t.same(tally.paths, { '/n': { calls: 1, canary: 9, stable: 0 } })
  t.equal(tally.compared, 1)
  t.equal(order.length, 18)
})

t.test('a field that stable has been seen to differ in is noise, and not repeated', async (t) => {
  const { runner, call, settled } = setUp()
  runner.offer(call({ stable: ran(answered({ n: 3 })) }))
  runner.offer(call({ canary: ran(answered({ n: 2 })) }))
  t.same((await settled()).paths, { '/n': { calls: 1, canary: 1, stable: 1 } })
})

t.test(
  'an error of the new version counts as another answer, and no one hears of it',
  async (t) => {
    const { runner, call, trips, settled } = setUp()
    runner.offer(call({ canary: ran({ kind: 'failed' }, { trip: 'kill' }) }))
    const tally = await settled()
    t.same(tally.paths[''], { calls: 1, canary: 9, stable: 0 })
    t.same(trips[0], ['canary', 'kill'])
  },
)

t.test('what both stumble over, or the host is to blame for, says nothing', async (t) => {
  const { runner, call, trips, settled } = setUp()
  const failed = ran({ kind: 'failed' }, { trip: 'kill' })
  runner.offer(call({ canary: failed, stable: failed }))
  runner.offer(call({ canary: ran({ kind: 'unable' }) }))
  const tally = await settled()
  t.same([tally.compared, tally.missed.unable, tally.paths], [0, 2, {}])
  t.same(trips, [])
})

t.test('a write that was refused is told, though the answer is the same', async (t) => {
  const { runner, call, settled } = setUp()
  runner.offer(call({ canary: ran(answered({ n: 1 }), { refused: ['db.query', 'db.query'] }) }))
  const tally = await settled()
  t.equal(tally.paths['(writes)']?.canary, 9)
  t.same(tally.refused, { 'db.query': 9 })
})

t.test('while the lanes are busy nothing runs, and it is counted', async (t) => {
  const { runner, call, order, settled } = setUp({ isBusy: () => true })
  runner.offer(call())
  const tally = await settled()
  t.same([order, tally.missed.busy, tally.compared], [[], 1, 0])
})

t.test('what waits is bounded, and a large answer is not even held', async (t) => {
  const { runner, call, settled } = setUp()
  for (let index = 0; index < 40; index++) runner.offer(call())
  runner.offer(call({}, { answer: answered({ n: 'x'.repeat(MAX_ANSWER_LENGTH) }) }))
  const tally = await settled()
  t.same(tally.missed, { busy: 0, full: 8, large: 1, unable: 0 })
  t.equal(tally.compared, 32)
})

t.test('a rollout that is over is not run for any more', async (t) => {
  let isLive = true
  const { runner, call, order, settled } = setUp({ isLive: () => isLive })
  const last = async () => {
    isLive = false
    return ran(answered({ n: 1 }))
  }
  runner.offer(call({}, { run: last }))
  runner.offer(call())
  t.equal((await settled()).compared, 0)
  t.same(order, [])
})

t.test('a run that throws is the host’s own trouble, and the next one goes on', async (t) => {
  const { runner, call, settled } = setUp()
  runner.offer(call({}, { run: async () => Promise.reject(new Error('of the test')) }))
  runner.offer(call())
  const tally = await settled()
  t.same([tally.missed.unable, tally.compared], [1, 1])
})
