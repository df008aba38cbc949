import t from 'tap'
import { SeededRandom } from '../../../bench/seeded-random.ts'
import { type Arm, bucketOf, isInCanary } from '../../../src/rollout/cohorts/cohort.ts'
import { requestOfKey } from '../../../src/rollout/cohorts/lasting-request.ts'
import { DrawnRequests } from '../../../src/rollout/judge/drawn-requests.ts'
import { hardTrip } from '../../../src/rollout/judge/hard-trips.ts'
import { evidence, judge } from '../../../src/rollout/judge/judge.ts'
import { mergeJudgeStates } from '../../../src/rollout/judge/judge-state.ts'
import { failuresForProof } from '../../../src/rollout/judge/key-failures.ts'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'
import { countEntry, type EntryAttempt } from '../../../src/rollout/routing/canary-entry.ts'
import type { LiveRollout } from '../../../src/rollout/routing/snapshot.ts'

function rollout(cohortBy: 'request' | 'tenant' = 'request', weightBp = 500): LiveRollout {
  const cohort = { salt: 'rol_0', weightBp, cohortBy }
  return { id: 'rol_0', from: '1.0.0', to: '1.1.0', step: 0, cohort }
}

const failed: EntryAttempt = { outcome: 'failed', tookMs: 1, ownMs: 1, trip: undefined }
const answered: EntryAttempt = { ...failed, outcome: 'answered' }

function judging(live = rollout()) {
  const counters = new NodeCounters()
  let looks = 0
  const ports = { rollout: live, counters, now: () => 0, onBadNews: () => void looks++ }
  return {
    counters,
    looks: () => looks,
    call: (requestId: string, arm: Arm, attempt: EntryAttempt, at = live) =>
      countEntry(
        { ...ports, rollout: at },
        { arm, requestId, operation: 'event/a.b', deadlineMs: 2000 },
      )(attempt),
  }
}

t.test('a handler that fails on the canary, and on the canary only, stops it', async (t) => {
  const { counters, call, looks } = judging()
  for (let n = 0; n < 60; n++) call(`s${n}`, 'stable', answered)
  t.equal(judge(counters.judge, 'request').verdict, 'clear')
  for (let n = 0; n < 3; n++) call(`c${n}`, 'canary', failed)
  t.equal(looks(), 3, 'the controller is woken')
  t.equal(judge(counters.judge, 'request').verdict, 'stop')
  t.same(counters.judge.calls, { stable: 60, canary: 3 }, 'and they are exposures of the step')
})

t.test('a poisoned event that comes again and again is one event', async (t) => {
  const { counters, call } = judging()
  for (let n = 0; n < 50; n++) call('event 1', 'canary', failed)
  t.equal(counters.judge.tallies.failures.canary, 1)
  t.equal(judge(counters.judge, 'request').verdict, 'clear')
  t.equal(counters.judge.calls.canary, 50, 'though each is a call of the version')
})

const key = (name: string) => requestOfKey('acme', name)

t.test(
  'a poisoned key is one draw: on two nodes, after a restart, and when it was forgotten',
  async (t) => {
    const nodes = [0, 1, 2].map(() => judging(rollout('request', 100)))
    for (const { call } of nodes) call(key('bad'), 'canary', failed)
    const [first] = nodes as [(typeof nodes)[number]]
    for (let n = 0; n < 20_000; n++)
      first.call(`event ${n}`, n % 100 === 0 ? 'canary' : 'stable', answered)
    first.call(key('bad'), 'canary', failed)
    const merged = nodes.map(({ counters }) => counters.judge).reduce(mergeJudgeStates)
    t.equal(judge(merged, 'request').verdict, 'clear')
    const once = judging(rollout('request', 100))
    once.call(key('bad'), 'canary', failed)
    t.same(merged.unitFailures, once.counters.judge.unitFailures, 'as much as once')
    const { sentence } = evidence(merged, { cohortBy: 'request', canary: '1.1.0', stable: '1.0.0' })
    t.match(sentence.en, '1 of 1 failed calls were of 1.1.0')
  },
)

t.test('what a handler of a key calls is the same draw as the handler', async (t) => {
  const live = rollout('request', 100)
  const { counters, call } = judging(live)
  call(key('bad'), 'canary', failed)
  const probability = counters.admit(live, 'canary', key('bad'))
  const observed = { call: { arm: 'canary', outcome: 'failed' }, isSafe: false } as const
  const rest = { operation: 's/run', ms: undefined, trip: undefined, requestId: key('bad') }
  t.notOk(counters.observe(live, { ...observed, ...rest, probability }, 0))
})

t.test('different keys are as many draws, and proof counts each once', async (t) => {
  const { counters, call } = judging()
  for (const name of ['a', 'b', 'c', 'a', 'b']) call(key(name), 'canary', failed)
  t.equal(judge(counters.judge, 'request').verdict, 'stop')
  t.same(failuresForProof(counters.judge), { 500: { canary: 3, stable: 0 } })
})

t.test('of few keys every event is a call, and a hang on the second is seen', async (t) => {
  const { counters, call } = judging(rollout('request', 100))
  for (let n = 0; n < 30; n++) call(key(`machine ${n % 3}`), 'canary', answered)
  t.equal(counters.judge.calls.canary, 30, 'they are exposures of the step')
  const hung = { ...failed, outcome: 'late', trip: 'kill' } as const
  for (let n = 0; n < 2; n++) call(key('machine 0'), 'canary', hung)
  t.equal(counters.trips.canary.kill, 1, 'a payload that hangs every version is one draw')
  for (const name of ['machine 1', 'machine 2']) call(key(name), 'canary', hung)
  t.match(hardTrip(counters.trips, { now: 0, canary: '1.1.0' }), { kind: 'kill' })
  call(key('machine 0'), 'canary', { ...failed, trip: 'contract' })
  t.equal(counters.trips.canary.contract, 1, 'after its failure too')
})

/** Keys that fail on either version under every weight, each event of each on some node. */
function poisoned(keys: number, seed: string): boolean {
  const random = new SeededRandom(seed)
  const nodes = [0, 1, 2].map(() => new NodeCounters())
  for (const [step, weightBp] of [100, 500, 2500, 5000].entries()) {
    const live = { ...rollout('request', weightBp), step }
    for (let event = 0; event < 6 * keys; event++) {
      const requestId = key(`${event % keys}`)
      const arm = isInCanary(bucketOf(seed, requestId), weightBp) ? 'canary' : 'stable'
      const counters = nodes[random.below(3)] as NodeCounters
      const ports = { rollout: live, counters, now: () => 0, onBadNews: () => undefined }
      countEntry(ports, { arm, requestId, operation: 'event/a.b', deadlineMs: 2000 })(failed)
      const merged = nodes.map(({ judge }) => judge).reduce(mergeJudgeStates)
      if (judge(merged, 'request').verdict === 'stop') return true
    }
  }
  return false
}

t.test(
  'of healthy versions that meet poisoned keys at most one in a hundred is stopped',
  async (t) => {
    for (const [keys, rounds] of [
      [1, 200],
      [5, 100],
      [20, 10],
    ] as const) {
      let stopped = 0
      for (let round = 0; round < rounds; round++) if (poisoned(keys, `${keys} ${round}`)) stopped++
      t.comment(`${keys} keys: ${stopped} of ${rounds}`)
      t.ok(stopped <= rounds / 100, `${keys} keys: ${stopped} of ${rounds}`)
    }
  },
)

t.test('of a request with many handlers the first failure counts', async (t) => {
  const { call, looks } = judging()
  for (const attempt of [answered, answered, failed, failed]) call('r', 'canary', attempt)
  t.equal(looks(), 1)
  call('r', 'stable', failed)
  call('other', 'stable', answered)
  call('other', 'canary', failed)
  t.equal(looks(), 1, 'drawn under one weight and tried again under another: counted for neither')
})

t.test('what says nothing of the version counts nothing', async (t) => {
  const { counters, call, looks } = judging()
  call('1', 'canary', { ...failed, outcome: 'refused' })
  call('2', 'canary', { ...failed, outcome: 'unjudged' })
  call('3', 'canary', answered)
  t.equal(looks(), 0)
  t.same(counters.judge.rescues, { rescued: 0, stood: 0 }, 'nobody rescued anything')
})

t.test('a handler that is killed counts among the kills', async (t) => {
  const { counters, call } = judging()
  call('1', 'canary', { ...failed, trip: 'kill' })
  t.equal(counters.trips.canary.kill, 1)
})

t.test('where cohorts stay together a failing handler is a suspicion', async (t) => {
  const { counters, call } = judging(rollout('tenant'))
  for (let n = 0; n < 200; n++) call(`s${n}`, 'stable', answered)
  for (let n = 0; n < 20; n++) call(`c${n}`, 'canary', failed)
  t.equal(judge(counters.judge, 'tenant').verdict, 'suspect')
})

t.test('what a node remembers of requests is bounded', async (t) => {
  const requests = new DrawnRequests()
  for (let n = 0; n < 20_000; n++) requests.draw(`r${n}`, 'stable', 500)
  t.equal(requests.of('r0'), undefined)
  t.ok(requests.of('r19999'))
})

t.test(
  'a key that goes over when the weight grows is drawn anew, among those that were left',
  async (t) => {
    const { counters, call } = judging()
    call(key('k'), 'stable', failed)
    call(key('k'), 'canary', failed, rollout('request', 5000))
    for (let n = 0; n < 9; n++) call(key('k'), 'canary', failed, rollout('request', 7500))
    t.same(Object.values(counters.judge.unitFailures), [
      [
        [500, 0, 0],
        [5000, 0, 1],
      ],
    ])
    t.equal(judge(counters.judge, 'request').verdict, 'clear', 'and its failures are one event')
  },
)

t.test('a unit that went over takes its keys with it: what fails there is told', async (t) => {
  const { counters, call } = judging(rollout('tenant'))
  for (let n = 0; n < 200; n++) call(`s${n}`, 'stable', answered)
  call('event acme k', 'stable', failed)
  call('event acme k', 'canary', failed, rollout('tenant', 5000))
  t.same(counters.judge.calls, { stable: 201, canary: 1 })
  t.match(counters.judge.tallies.unpaired, { stable: 1, canary: 1 })
})
