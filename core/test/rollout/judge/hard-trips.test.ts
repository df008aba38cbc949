import t from 'tap'
import type { Arm } from '../../../src/rollout/cohorts/cohort.ts'
import {
  emptyTripState,
  hardTrip,
  mergeTripStates,
  recordTrip,
  type TripKind,
  type TripState,
  tripOfFailure,
} from '../../../src/rollout/judge/hard-trips.ts'

const at = { now: 60_000, canary: '1.4.0' }
const chance = 0.05

function trips(...events: readonly (readonly [Arm, TripKind, number])[]): TripState {
  return events.reduce(
    (state, [arm, kind, now]) => recordTrip(state, arm, kind, now, chance),
    emptyTripState,
  )
}

t.test('nothing trips where nothing happened', async (t) => {
  t.equal(hardTrip(emptyTripState, at), undefined)
})

t.test('a canary that cannot be loaded, or breaks its contract, is stopped at once', async (t) => {
  t.equal(hardTrip(trips(['canary', 'load', 1]), at)?.kind, 'load')
  const broken = hardTrip(trips(['canary', 'contract', 1]), at)
  t.equal(broken?.kind, 'contract')
  t.equal(
    broken?.sentence.en,
    'stopped: 1.4.0 answered against its own contract, and stable did not',
  )
})

t.test('a canary whose circuit the sandbox opened is stopped', async (t) => {
  const opened = hardTrip(trips(['canary', 'circuit', 1]), at)
  t.equal(opened?.kind, 'circuit')
  t.match(opened?.sentence, { en: /1\.4\.0 ended its sandbox process again and again/ })
})

t.test('what stable does as well is no reason', async (t) => {
  for (const kind of ['load', 'contract', 'circuit'] as const) {
    t.equal(hardTrip(trips(['stable', kind, 1], ['canary', kind, 2]), at), undefined, kind)
  }
  const kills = [1, 2, 3, 4].map((now) => ['canary', 'kill', now] as const)
  t.equal(hardTrip(trips(['stable', 'kill', 0], ...kills), at), undefined)
})

t.test('three kills within a minute stop it, two or slower ones do not', async (t) => {
  const kills = (...instants: number[]) =>
    trips(...instants.map((now) => ['canary', 'kill', now] as const))
  t.equal(hardTrip(kills(10_000, 20_000, 60_000), at)?.kind, 'kill')
  t.equal(hardTrip(kills(10_000, 60_000), at), undefined)
  t.equal(hardTrip(kills(0, 20_000, 60_000), at), undefined)
})

/** How many kills of calls with these chances, in turn, end it. */
function killsNeeded(...chances: readonly number[]): number {
  let state = emptyTripState
  for (let kills = 1; ; kills++) {
    const next = chances[kills % chances.length] as number
    state = recordTrip(state, 'canary', 'kill', 60_000, next)
    if (hardTrip(state, at) !== undefined) return kills
  }
}

t.test('the likelier a call was the canary’s, the more kills it takes', async (t) => {
  t.same(
    [0.01, 0.05, 0.1, 0.25, 0.5].map((one) => killsNeeded(one)),
    [3, 3, 4, 6, 11],
  )
  for (let weightBp = 1; weightBp < 7500; weightBp++) {
    const weight = weightBp / 10_000
    if (weight ** killsNeeded(weight) > 1 / 2000) t.fail(`at ${weightBp}`)
  }
  t.equal(killsNeeded(0.8), 32, 'a cohort that has most of the calls, at whatever weight')
  t.equal(killsNeeded(1), 32)
  t.equal(killsNeeded(0.05, 0.5), 5, 'each by its own chance, where the weight rose')
})

t.test('kills on several nodes add up', async (t) => {
  const one = trips(['canary', 'kill', 30_000], ['canary', 'kill', 50_000])
  const other = trips(['canary', 'kill', 40_000])
  const merged = mergeTripStates(JSON.parse(JSON.stringify(one)), other)
  t.same(
    merged.canaryKills.map(({ at }) => at),
    [30_000, 40_000, 50_000],
  )
  t.equal(hardTrip(merged, at)?.kind, 'kill')
})

t.test('however many kills there are, the state stays small', async (t) => {
  const many = Array.from({ length: 500 }, (_, now) => ['canary', 'kill', now] as const)
  const state = trips(...many)
  t.equal(state.canary.kill, 500)
  t.ok(state.canaryKills.length <= 32)
})

t.test('the host’s own failures trip nothing', async (t) => {
  t.equal(tripOfFailure('SBX_LOAD_FAILED', 'plugin'), 'load')
  t.equal(tripOfFailure('SBX_LOAD_FAILED', 'host'), undefined)
  t.equal(tripOfFailure('CORE_ANSWER_BREAKS_CONTRACT', 'plugin'), 'contract')
  t.equal(tripOfFailure('SBX_LANE_LOST', 'plugin'), 'kill')
  t.equal(tripOfFailure('SBX_PLUGIN_THREW', 'plugin'), undefined)
})
