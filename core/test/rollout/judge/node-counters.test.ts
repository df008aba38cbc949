import t from 'tap'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import { requestOfKey } from '../../../src/rollout/cohorts/lasting-request.ts'
import { hardTrip } from '../../../src/rollout/judge/hard-trips.ts'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'

const rollout = {
  id: 'rol_0',
  from: '1.0.0',
  to: '1.1.0',
  step: 0,
  cohort: { salt: 'rol_0', weightBp: 500, cohortBy: 'request' },
} as const

function fail(counters: NodeCounters, arm: Arm, requestId: string): boolean {
  const probability = counters.admit(rollout, arm, requestId)
  const call = { arm, outcome: 'failed' } as const
  const observed = { call, isSafe: false, operation: 's/run', ms: undefined, trip: undefined }
  return counters.observe(rollout, { ...observed, probability, requestId }, 0)
}

t.test('a request that fails a hundred times is one draw and one failure', async (t) => {
  const counters = new NodeCounters()
  t.ok(fail(counters, 'canary', 'r1'))
  for (let call = 0; call < 99; call++) t.notOk(fail(counters, 'canary', 'r1'))
  t.equal(counters.judge.tallies.failures.canary, 1)
  t.same(counters.judge.admissions, { 500: { canary: 1, stable: 0 } })
  t.equal(counters.judge.calls.canary, 100)
})

t.test('failures of different requests are as many', async (t) => {
  const counters = new NodeCounters()
  for (const requestId of ['r1', 'r2', 'r3']) t.ok(fail(counters, 'canary', requestId))
  t.equal(counters.judge.tallies.failures.canary, 3)
})

t.test('of a request’s times only the first counts', async (t) => {
  const counters = new NodeCounters()
  const observe = (arm: Arm, ms: number, requestId: string) => {
    const probability = counters.admit(rollout, arm, requestId)
    const call = { arm, outcome: 'answered' } as const
    const observed = { call, isSafe: true, operation: 's/run', ms, trip: undefined }
    counters.observe(rollout, { ...observed, probability, requestId }, 0)
  }
  for (let call = 0; call < 60; call++) observe('stable', 10, `s${call}`)
  for (let call = 0; call < 10; call++) observe('canary', 10, `w${call}`)
  for (let call = 0; call < 50; call++) observe('canary', 900, 'one')
  t.same(counters.judge.slow.canary, [0, 0, 0, 0, 1])
})

t.test('a request that the weight overtook says nothing any more', async (t) => {
  const counters = new NodeCounters()
  t.equal(counters.admit(rollout, 'stable', 'r1'), 0.05)
  const more = { ...rollout, cohort: { ...rollout.cohort, weightBp: 5000 } }
  t.equal(counters.admit(more, 'stable', 'r1'), 0.05)
  t.equal(counters.admit(more, 'canary', 'r1'), 1)
  t.equal(counters.admit(more, 'canary', 'r2'), 0.5)
})

t.test('who is denied, and a key that lives on, are no draws of the share', async (t) => {
  const counters = new NodeCounters()
  const assigned = { arm: 'stable', by: 'deny', key: 'r1', member: 'tenant:acme' } as const
  t.equal(counters.admit(rollout, 'stable', 'r1', { assigned }), 0)
  t.equal(counters.admit(rollout, 'canary', requestOfKey('acme', 'O-1')), 0.05)
  t.same(counters.judge.admissions, {})
  t.same(counters.judge.calls, { stable: 1, canary: 1 }, 'though they are calls')
  counters.admit(rollout, 'canary', 'r2')
  t.same(counters.judge.admissions, { 500: { canary: 1, stable: 0 } })
})

t.test(
  'a key that is drawn again under a greater weight has its chance among those left',
  async (t) => {
    const counters = new NodeCounters()
    const more = { ...rollout, cohort: { ...rollout.cohort, weightBp: 5000 } }
    const key = requestOfKey('acme', 'O-1')
    const left = (5000 - 500) / (10_000 - 500)
    t.equal(counters.admit(rollout, 'stable', key), 0.05)
    t.equal(counters.admit(more, 'canary', key), left)
    t.equal(counters.admit(more, 'canary', key), left, 'whatever it calls from then on')
    t.same(counters.judge.admissions, {})
  },
)

const suzhou = {
  ...rollout,
  cohort: {
    ...rollout.cohort,
    weightBp: 0,
    judgedAs: 'tenant' as const,
    lists: {
      deny: new Set<string>(),
      allow: new Set<string>(),
      named: new Map([['unit:acme/suzhou', 'suzhou']]),
    },
  },
}

/** Of ten calls eight are the cohort's, each of which has to be killed; so many of them, by either arm or by one. */
function killInCohort({ isSafe }: { isSafe: boolean }, calls: number) {
  const counters = new NodeCounters()
  for (let call = 0; call < calls; call++) {
    const arm: Arm = call % 5 === 4 ? 'stable' : 'canary'
    const probability = counters.admit(suzhou, arm, `r${call}`)
    const isKilled = arm === 'canary'
    const ended = isKilled
      ? ({ arm, outcome: 'late' } as const)
      : ({ arm, outcome: 'answered' } as const)
    counters.observe(
      suzhou,
      {
        call: isKilled && isSafe ? { ...ended, replay: 'answered' } : ended,
        isSafe,
        operation: 's/run',
        ms: undefined,
        probability,
        trip: isKilled ? 'kill' : undefined,
      },
      0,
    )
  }
  return hardTrip(counters.trips, { now: 1, canary: '1.1.0' })
}

t.test(
  'a cohort whose own heavy write hangs with every version does not end the rollout',
  async (t) => {
    t.equal(killInCohort({ isSafe: false }, 200), undefined)
  },
)

t.test(
  'kills of a cohort that stable got through count by the share of calls, not by the weight of 0',
  async (t) => {
    t.equal(killInCohort({ isSafe: true }, 25), undefined, '20 of the canary, which has 80 %')
    t.equal(killInCohort({ isSafe: true }, 50)?.kind, 'kill')
  },
)
