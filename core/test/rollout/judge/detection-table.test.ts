import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { detectionNotes } from '../../../src/rollout/judge/detection-notes.ts'
import { detectionTable, type Traffic } from '../../../src/rollout/judge/detection-table.ts'
import { defaultSteps } from '../../../src/rollout/plan/steps.ts'

const busy: Traffic = { callsPerMinute: 12_000, failureRate: 0.01, safeShare: 1, units: 500 }

t.test('a dead version costs as many failed calls as the judge needs', async (t) => {
  const table = detectionTable(defaultSteps, 'request', busy)
  t.same(
    table.map(({ detections }) => detections.dead.failedCalls),
    [2, 3, 6, 12, 14],
  )
  const [one] = table
  t.equal(one?.callsInStep, 240)
  t.same(one?.detections.dead, { calls: 2, failedCalls: 2, seconds: 1, isWithinStep: true })
})

t.test('the smaller a fault, the more calls it takes', async (t) => {
  for (const { weightBp, detections } of detectionTable(defaultSteps, 'request', busy)) {
    if (weightBp > 2500) continue
    const calls = ['dead', 'fails_one_in_ten', 'threefold_failures'] as const
    const [dead, tenth, threefold] = calls.map((fault) => detections[fault].calls ?? Infinity)
    t.ok(dead! < tenth! && tenth! < threefold!, `${weightBp}`)
    t.ok((detections.twice_as_slow.calls ?? Infinity) <= 25, `${weightBp}`)
  }
})

t.test(
  'at full weight nothing is left to compare with: only what stable must answer tells',
  async (t) => {
    const last = detectionTable(defaultSteps, 'request', busy).at(-1)
    t.equal(last?.detections.dead.calls, 14)
    t.equal(last?.detections.threefold_failures.calls, null)
    t.equal(last?.detections.twice_as_slow.calls, null)
  },
)

t.test('the more failures a plan forgives, the later it finds what is threefold', async (t) => {
  const at = (tolerance?: number) =>
    detectionTable(defaultSteps, 'request', busy, tolerance)[1]?.detections.threefold_failures.calls
  const [strict, asEver, lax] = [at(1), at(), at(2)] as [number, number, number | null]
  t.ok(strict < asEver, `${strict} < ${asEver}`)
  t.ok(lax === null || lax > asEver, `${lax}`)
})

t.test('too few units for a verdict, and a proof that takes too long, are said', async (t) => {
  const few = { ...busy, units: 12, safeShare: 0 }
  const notes = detectionNotes(defaultSteps, 'app', few, detectionTable(defaultSteps, 'app', few))
  t.ok(
    notes.some(({ en }) => /at 5 % \d+ of cohort "app" must fail .* about 0.6 are in it/.test(en)),
  )
  const many = { ...few, units: 5000 }
  const enough = detectionNotes(defaultSteps, 'app', many, [])
  t.notOk(enough.some(({ en }) => en.includes('must fail')))
  const hold = { evidence: 'noninferior', rMax: 3, mostMs: 600_000 } as const
  const steps = [
    { weightBp: 5000, hold },
    { weightBp: 10_000, hold: {} },
  ]
  const note = (traffic: Traffic) => detectionNotes(steps, 'request', traffic, []).at(-1)?.en
  t.match(note(busy), /within the 10 that the step has$/)
  t.match(note({ ...busy, callsPerMinute: 10 }), 'so that it will end inconclusive')
})

t.test('without calls nothing is detected, and that is said', async (t) => {
  const quiet = { ...busy, callsPerMinute: 0 }
  const table = detectionTable(defaultSteps, 'request', quiet)
  t.ok(table.every(({ detections }) => detections.dead.calls === null))
  const notes = detectionNotes(defaultSteps, 'request', quiet, table)
  t.match(notes[0]?.en, 'nothing can be detected now')
  t.match(notes[0]?.['zh-CN'], '没有任何调用')
})

t.test('twelve apps: it is said how often a step holds none of them', async (t) => {
  const few = { ...busy, units: 12, safeShare: 0.25 }
  const notes = detectionNotes(defaultSteps, 'app', few, detectionTable(defaultSteps, 'app', few))
  t.match(notes[0]?.en, 'with 12 of cohort "app", 1 % holds none of them in 89 of 100 rollouts')
  t.match(notes[1]?.en, '5 % holds none of them in 54 of 100 rollouts')
  t.ok(notes.some(({ en }) => en.startsWith('75 % of the calls change something')))
})

t.test(
  'where cohorts stay together and nothing can be tried again, nothing is stopped',
  async (t) => {
    const unsafe = { ...busy, safeShare: 0 }
    const [one] = detectionTable(defaultSteps, 'app', unsafe)
    t.equal(one?.detections.dead.calls, null)
    t.equal(one?.detections.twice_as_slow.calls, null)
  },
)

t.test('a step too short to find even a dead version is named', async (t) => {
  const slow = { ...busy, callsPerMinute: 2 }
  const steps = [
    { weightBp: 500, hold: { durationMs: 60_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const notes = detectionNotes(steps, 'request', slow, detectionTable(steps, 'request', slow))
  t.match(notes[0]?.en, 'at 5 % the new version has 1 calls before the step ends')
})

t.test('whatever the traffic, the table is finite', async () => {
  const traffic = fc.record({
    callsPerMinute: fc.double({ min: 0, max: 1e6, noNaN: true }),
    failureRate: fc.double({ min: 0, max: 1, noNaN: true }),
    safeShare: fc.double({ min: 0, max: 1, noNaN: true }),
    units: fc.nat(5000),
  })
  fc.assert(
    fc.property(traffic, fc.constantFrom('request' as const, 'app' as const), (one, cohortBy) => {
      const table = detectionTable(defaultSteps, cohortBy, one)
      return table.every(({ detections }) =>
        Object.values(detections).every(
          ({ calls, seconds }) =>
            calls === null || (Number.isFinite(calls) && Number.isFinite(seconds)),
        ),
      )
    }),
    { numRuns: 50 },
  )
})

t.test('a bake is part of its step: what is dead is found in it', async (t) => {
  const bare = { weightBp: 10_000, hold: {} }
  const baked = { ...bare, bake: { durationMs: 3_600_000 } }
  const [without] = detectionTable([bare], 'request', busy)
  const [within] = detectionTable([baked], 'request', busy)
  t.equal(without?.detections.dead.isWithinStep, false)
  t.equal(within?.callsInStep, 1 + 60 * busy.callsPerMinute)
  t.equal(within?.detections.dead.isWithinStep, true)
})
