import t from 'tap'
import { countEntry, type EntryAttempt } from '../../src/rollout/canary-entry.ts'
import type { Arm } from '../../src/rollout/cohort.ts'
import { judge } from '../../src/rollout/judge.ts'
import { NodeCounters } from '../../src/rollout/node-counters.ts'
import type { LiveRollout } from '../../src/rollout/snapshot.ts'

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
  t.equal(counters.judge.calls.canary, 1)
  t.equal(judge(counters.judge, 'request').verdict, 'clear')
})

t.test('of a request with many handlers the first failure counts', async (t) => {
  const { counters, call, looks } = judging()
  for (const attempt of [answered, answered, failed, failed]) call('r', 'canary', attempt)
  t.equal(looks(), 1)
  t.equal(counters.judge.calls.canary, 1)
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
  const { counters, call } = judging()
  for (let n = 0; n < 20_000; n++) call(`r${n}`, 'stable', answered)
  t.equal(counters.entries.of('r0'), undefined)
  t.ok(counters.entries.of('r19999'))
})

t.test(
  'a key that goes over when the weight grows is drawn anew, among those that were left',
  async (t) => {
    const { counters, call } = judging()
    call('event acme k', 'stable', answered)
    call('event acme k', 'canary', failed, rollout('request', 5000))
    t.same(counters.judge.calls, { stable: 1, canary: 1 })
    const { probability } = counters.entries.of('event acme k') ?? {}
    t.equal(probability, (5000 - 500) / (10_000 - 500))
    for (let n = 0; n < 9; n++) call('event acme k', 'canary', failed, rollout('request', 7500))
    t.equal(counters.judge.calls.canary, 1, 'where it stays')
    t.equal(judge(counters.judge, 'request').verdict, 'clear', 'and its failures are one event')
  },
)

t.test('a unit that went over takes its keys with it: what fails there is told', async (t) => {
  const { counters, call } = judging(rollout('tenant'))
  for (let n = 0; n < 200; n++) call(`s${n}`, 'stable', answered)
  call('event acme k', 'stable', failed)
  for (let n = 0; n < 9; n++) call('event acme k', 'canary', failed, rollout('tenant', 5000))
  t.same(counters.judge.calls, { stable: 201, canary: 1 })
  t.match(counters.judge.tallies.unpaired, { stable: 1, canary: 1 }, 'once')
})
