import t from 'tap'
import type { Arm, Assignment } from '../../../src/rollout/cohorts/cohort.ts'
import type { AttemptOutcome } from '../../../src/rollout/judge/judged-call.ts'
import { NodeCounters } from '../../../src/rollout/judge/node-counters.ts'
import { type Attempt, callDuringRollout } from '../../../src/rollout/routing/canary-call.ts'

const rollout = {
  id: 'rol_0',
  from: '1.0.0',
  to: '1.1.0',
  step: 0,
  cohort: { salt: 'rol_0', weightBp: 500, cohortBy: 'request' },
} as const

/** One call whose arms end as said; what was tried, with how much time, and what came out. */
async function call(
  arm: Arm,
  outcomes: Readonly<Record<Arm, AttemptOutcome>>,
  {
    isSafe = true,
    deadline = 1000,
    hasLeft = false,
    assigned,
  }: { isSafe?: boolean; deadline?: number; hasLeft?: boolean; assigned?: Assignment } = {},
) {
  const counters = new NodeCounters()
  const tried: [Arm, number][] = []
  const attempt = async (by: Arm, deadlineMs: number): Promise<Attempt<string>> => {
    tried.push([by, deadlineMs])
    const outcome = outcomes[by]
    const result = outcome === 'answered' ? { answer: by } : { error: new Error(by) }
    return { outcome, result, tookMs: 1, ownMs: 1, trip: undefined }
  }
  const answer = await callDuringRollout<string>(
    {
      rollout,
      counters,
      assigned,
      operation: 's/run',
      requestId: 'r1',
      isSafe,
      deadline,
      attempt,
      now: () => 0,
      hasLeft: () => hasLeft,
      onBadNews: () => undefined,
    },
    arm,
  ).catch((error: Error) => error)
  return { answer, tried: tried.map(([by]) => by), times: tried.map(([, ms]) => ms), counters }
}

t.test('a safe call that the canary does not answer is answered by stable', async (t) => {
  for (const outcome of ['failed', 'refused', 'late', 'unjudged'] as const) {
    const { answer, tried, times } = await call('canary', { canary: outcome, stable: 'answered' })
    t.equal(answer, 'stable', outcome)
    t.same(tried, ['canary', 'stable'], outcome)
    t.equal(times[0], 500, 'the canary gets half of the time')
  }
})

t.test('what is nobody’s fault counts against nobody, though stable answered it', async (t) => {
  const { counters } = await call('canary', { canary: 'unjudged', stable: 'answered' })
  t.same(counters.judge.tallies.failures, new NodeCounters().judge.tallies.failures)
  const judged = await call('canary', { canary: 'failed', stable: 'answered' })
  t.equal(judged.counters.judge.tallies.failures.canary, 1)
})

t.test('an unsafe call is tried once', async (t) => {
  const { answer, tried } = await call(
    'canary',
    { canary: 'failed', stable: 'answered' },
    { isSafe: false },
  )
  t.match(answer, { message: 'canary' })
  t.same(tried, ['canary'])
})

t.test(
  'what stable could not help by an outage of the host is not given to the canary',
  async (t) => {
    const { answer, tried } = await call('stable', { stable: 'unjudged', canary: 'answered' })
    t.match(answer, { message: 'stable' })
    t.same(tried, ['stable'])
  },
)

t.test('who is denied is kept from the new version, also where stable fails', async (t) => {
  const assigned = { arm: 'stable', by: 'deny', key: 'r1', member: 'tenant:acme' } as const
  const outcomes = { stable: 'failed', canary: 'answered' } as const
  const denied = await call('stable', outcomes, { assigned })
  t.same(denied.tried, ['stable'])
  t.match(denied.answer, { message: 'stable' })
  const drawn = await call('stable', outcomes, {
    assigned: { arm: 'stable', by: 'draw', key: 'r1' },
  })
  t.same(drawn.tried, ['stable', 'canary'])
})

/** Answers that have only begun; `ends` says how they end. */
async function begun(
  arm: Arm,
  starts: Readonly<Record<Arm, AttemptOutcome>>,
  ends: AttemptOutcome,
  isSafe = true,
) {
  const counters = new NodeCounters()
  const discarded: Arm[] = []
  const attempt = async (by: Arm): Promise<Attempt<string>> => ({
    outcome: starts[by],
    result: starts[by] === 'failed' ? { error: new Error(by) } : { answer: by },
    tookMs: 1,
    ownMs: 1,
    trip: undefined,
    ended: Promise.resolve({ outcome: ends, ownMs: 1, trip: undefined }),
    discard: () => discarded.push(by),
  })
  const call = {
    rollout,
    counters,
    requestId: 'r1',
    operation: 's/run',
    isSafe,
    deadline: 1000,
    attempt,
  }
  const ports = { ...call, now: () => 0, hasLeft: () => false, onBadNews: () => undefined }
  const answer = await callDuringRollout<string>(ports, arm).catch((error: Error) => error)
  await new Promise(setImmediate)
  return { answer, discarded, failures: counters.judge.tallies.failures }
}

t.test(
  'an answer that breaks off counts as a failed call of its arm, and is not retried',
  async (t) => {
    for (const arm of ['canary', 'stable'] as const) {
      const { answer, failures } = await begun(
        arm,
        { canary: 'answered', stable: 'answered' },
        'failed',
      )
      t.equal(answer, arm, 'the caller has its beginning')
      t.equal(failures[arm], 1, arm)
      t.equal(failures.canary + failures.stable, 1)
    }
    const whole = await begun('canary', { canary: 'answered', stable: 'answered' }, 'answered')
    t.equal(whole.failures.canary, 0)
    const left = await begun('canary', { canary: 'answered', stable: 'answered' }, 'unjudged')
    t.equal(left.failures.canary, 0, 'a client that leaves speaks against nobody')
  },
)

t.test('an answer that nobody takes is let go of', async (t) => {
  const late = await begun('canary', { canary: 'late', stable: 'answered' }, 'answered')
  t.match(late, { answer: 'stable', discarded: ['canary'] })
  const tried = await begun('stable', { canary: 'answered', stable: 'failed' }, 'answered')
  t.match(tried.answer, { message: 'stable' })
  t.same(tried.discarded, ['canary'])
})

t.test('nothing is tried again for a caller that has left, and nobody is charged', async (t) => {
  for (const arm of ['canary', 'stable'] as const) {
    const outcomes = { canary: 'unjudged', stable: 'unjudged', [arm]: 'failed' } as const
    const { tried, counters } = await call(arm, outcomes, { hasLeft: true })
    t.same(tried, [arm])
    t.same(counters.judge.tallies.failures, new NodeCounters().judge.tallies.failures)
  }
})
