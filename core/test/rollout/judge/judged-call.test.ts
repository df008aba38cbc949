import t from 'tap'
import {
  type AttemptOutcome,
  findingOf,
  outcomeInTime,
  outcomeOfFailure,
  rescueOf,
} from '../../../src/rollout/judge/judged-call.ts'

const arms = ['stable', 'canary'] as const
const outcomes: readonly AttemptOutcome[] = ['answered', 'refused', 'failed', 'late', 'unjudged']

t.test('a failed call that the other arm answers is an event against the first', async (t) => {
  for (const arm of arms) {
    const found = findingOf({ arm, outcome: 'failed', replay: 'answered' }, true, 'app')
    t.same(found, { kind: 'event', metric: 'failures', arm })
  }
})

t.test('a call that fails on both arms is nobody’s fault', async (t) => {
  const found = findingOf({ arm: 'canary', outcome: 'failed', replay: 'failed' }, true, 'request')
  t.same(found, { kind: 'both-failed' })
})

t.test('no outcome of a second attempt is ever counted against the arm that made it', async (t) => {
  for (const arm of arms) {
    for (const outcome of outcomes) {
      for (const replay of outcomes) {
        const found = findingOf({ arm, outcome, replay }, true, 'request')
        if (found.kind === 'event') t.equal(found.arm, arm, `${arm} ${outcome} ${replay}`)
      }
    }
  }
})

t.test('a refusal is an event only where the other arm accepts the same', async (t) => {
  const kindOf = (replay: AttemptOutcome) =>
    findingOf({ arm: 'canary', outcome: 'refused', replay }, true, 'request').kind
  t.equal(kindOf('answered'), 'event')
  t.equal(kindOf('refused'), 'none')
  t.equal(kindOf('failed'), 'none')
})

t.test('a safe call that was not tried again counts nothing', async (t) => {
  for (const arm of arms) {
    t.same(findingOf({ arm, outcome: 'failed' }, true, 'request'), { kind: 'none' })
  }
})

t.test(
  'an unsafe failure counts as it is, but not as proof where cohorts stay together',
  async (t) => {
    const call = { arm: 'canary', outcome: 'failed' } as const
    t.same(findingOf(call, false, 'request'), { kind: 'event', metric: 'failures', arm: 'canary' })
    t.same(findingOf(call, false, 'tenant'), { kind: 'event', metric: 'unpaired', arm: 'canary' })
    t.same(findingOf({ ...call, outcome: 'refused' }, false, 'request'), { kind: 'none' })
  },
)

t.test('only what the version did counts against it', async (t) => {
  t.equal(outcomeOfFailure('SBX_PLUGIN_THREW', 'plugin'), 'failed')
  t.equal(outcomeOfFailure('SBX_MEMORY_EXCEEDED', 'plugin'), 'failed')
  t.equal(outcomeOfFailure('CORE_ANSWER_BREAKS_CONTRACT', 'plugin'), 'failed')
  t.equal(outcomeOfFailure('SBX_DEADLINE_EXCEEDED', 'plugin'), 'late')
  t.equal(outcomeOfFailure('SBX_DEADLINE_EXCEEDED', 'host'), 'unjudged')
  t.equal(outcomeOfFailure('SBX_BUSY', 'host'), 'unjudged')
  t.equal(outcomeOfFailure('SBX_INTERRUPTED', 'host'), 'unjudged')
  t.equal(outcomeOfFailure('SBX_INPUT_TOO_LARGE', 'host'), 'failed')
})

t.test('both arms are measured by the time an attempt of the canary gets', async (t) => {
  t.equal(outcomeInTime('answered', 900, 1000), 'answered')
  t.equal(outcomeInTime('answered', 1100, 1000), 'late')
  t.equal(outcomeInTime('failed', 1100, 1000), 'late')
  t.equal(outcomeInTime('unjudged', 1100, 1000), 'unjudged')
})

t.test('a safe call of the canary is rescued when stable answers what it did not', async (t) => {
  const of = (outcome: AttemptOutcome, replay?: AttemptOutcome) =>
    rescueOf({ arm: 'canary', outcome, ...(replay === undefined ? {} : { replay }) }, true)
  t.equal(of('failed', 'answered'), 'rescued')
  t.equal(of('late', 'answered'), 'rescued')
  t.equal(of('failed', 'failed'), 'stood')
  t.equal(of('answered'), 'stood')
  t.equal(of('failed'), undefined)
  t.equal(of('unjudged'), undefined)
  t.equal(rescueOf({ arm: 'stable', outcome: 'failed', replay: 'answered' }, true), undefined)
  t.equal(rescueOf({ arm: 'canary', outcome: 'failed' }, false), undefined)
})
