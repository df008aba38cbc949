import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { curves } from '../../src/sampling/curves-operation.ts'
import { findPlan, planForLimitingQuality } from '../../src/sampling/find-plan.ts'
import { findPlanFor } from '../../src/sampling/find-plan-operation.ts'
import {
  acceptanceProbability,
  averageOutgoingQuality,
  averageSampleNumber,
  averageTotalInspection,
  stageChances,
} from '../../src/sampling/operating-characteristics.ts'
import type { PlanStage } from '../../src/sampling/plan-types.ts'
import { outgoingLimit, qualityAt } from '../../src/sampling/risk-points.ts'
import { tabledPlan } from '../../src/sampling/sampling-plan.ts'
import { casesMissing, samplingCases } from './qc-cases.ts'

const TOLERANCE = 1e-12
/** Lots of the simulation, and how many standard errors its means may be off: one run in 15,000 is further. */
const LOTS = 20_000
const STANDARD_ERRORS = 4

const single = (sampleSize: number, accept: number) => [{ sampleSize, accept, reject: accept + 1 }]
const double: readonly PlanStage[] = [
  { sampleSize: 50, accept: 1, reject: 4 },
  { sampleSize: 100, accept: 4, reject: 5 },
]

t.test(
  'operating characteristics are those of AcceptanceSampling',
  { skip: casesMissing },
  async (t) => {
    for (const { n, c, type, pd, pa } of samplingCases().oc) {
      for (const [i, p] of pd.entries()) {
        const chance = acceptanceProbability(single(n, c), { kind: type }, p)
        t.ok(Math.abs(chance - (pa[i] ?? 0)) < TOLERANCE, `${type} n ${n}, c ${c} at ${p}`)
      }
    }
  },
)

t.test('the plan finder finds what find.plan finds', { skip: casesMissing }, async (t) => {
  for (const { PRP, CRP, args, plan } of samplingCases().findPlan) {
    const found = findPlan(
      { kind: args.type },
      { quality: PRP[0], probability: PRP[1] },
      { quality: CRP[0], probability: CRP[1] },
    )
    t.strictSame(found, { sampleSize: plan.n, accept: plan.c, reject: plan.r })
  }
})

t.test('a found plan keeps both risks, and no sample that is one smaller keeps them', async () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.1, noNaN: true }),
      fc.double({ min: 2.5, max: 8, noNaN: true }),
      fc.constantFrom('binomial', 'poisson' as const),
      (good, times, kind) => {
        const bad = Math.min(0.9, good * times)
        const plan = findPlan(
          { kind },
          { quality: good, probability: 0.95 },
          { quality: bad, probability: 0.1 },
        )
        const chance = (quality: number, size: number) =>
          acceptanceProbability([{ ...plan, sampleSize: size }], { kind }, quality)
        return (
          chance(good, plan.sampleSize) >= 0.95 &&
          chance(bad, plan.sampleSize) <= 0.1 &&
          chance(bad, plan.sampleSize - 1) > 0.1
        )
      },
    ),
    { numRuns: 100 },
  )
})

t.test('c = 0 and limiting quality plans protect an isolated lot', async (t) => {
  const model = { kind: 'hypergeometric', lotSize: 500 } as const
  const zero = planForLimitingQuality(model, 0, { quality: 0.02, probability: 0.1 })
  // C(490, n) / C(500, n) ≤ 0.1 first at n = 102.
  t.strictSame(zero, { sampleSize: 102, accept: 0, reject: 1 })
  const one = planForLimitingQuality(model, 1, { quality: 0.02, probability: 0.1 })
  t.ok(one.sampleSize > zero.sampleSize)
  t.throws(() => planForLimitingQuality(model, 10, { quality: 0.02, probability: 0.1 }), {
    code: 'NO_PLAN_FOUND',
  })
})

t.test('in a large lot one lot alone is judged as a process is', async (t) => {
  const near = acceptanceProbability(double, { kind: 'hypergeometric', lotSize: 10_000_000 }, 0.04)
  const process = acceptanceProbability(double, { kind: 'binomial' }, 0.04)
  t.ok(Math.abs(near - process) < 1e-5, `${near} ${process}`)
})

t.test('a double plan is computed as by hand', async (t) => {
  const b = (n: number, k: number, p: number) => {
    let c = 1
    for (let i = 0; i < k; i++) c *= (n - i) / (i + 1)
    return c * p ** k * (1 - p) ** (n - k)
  }
  const p = 0.03
  const first = b(50, 0, p) + b(50, 1, p)
  // After 2 found two more are allowed, after 3 one.
  const second =
    b(50, 2, p) * (b(50, 0, p) + b(50, 1, p) + b(50, 2, p)) +
    b(50, 3, p) * (b(50, 0, p) + b(50, 1, p))
  const chances = stageChances(double, { kind: 'binomial' }, p)
  t.ok(Math.abs((chances[0]?.accepted ?? 0) - first) < TOLERANCE)
  t.ok(Math.abs((chances[1]?.accepted ?? 0) - second) < TOLERANCE)
  const goesOn = b(50, 2, p) + b(50, 3, p)
  t.ok(Math.abs(averageSampleNumber(chances) - (50 + 50 * goesOn)) < 1e-9)
})

t.test('every lot is accepted or rejected at some stage, and worse ones more rarely', async () => {
  const plan = fc.record({
    aql: fc.constantFrom(0.65, 1, 2.5, 6.5, 10),
    type: fc.constantFrom('single', 'double', 'multiple' as const),
    lotSize: fc.constantFrom(300, 1000, 20_000),
    severity: fc.constantFrom('normal', 'tightened', 'reduced' as const),
  })
  fc.assert(
    fc.property(
      plan,
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.constantFrom('binomial', 'poisson', 'hypergeometric' as const),
      (wish, quality, kind) => {
        const { stages } = tabledPlan({ scheme: 'mil-std-105e', level: 'II', ...wish })
        const model = kind === 'hypergeometric' ? { kind, lotSize: wish.lotSize } : { kind }
        const chances = stageChances(stages, model, quality)
        const all = chances.reduce((sum, s) => sum + s.accepted + s.rejected, 0)
        const worse = acceptanceProbability(stages, model, quality + 0.02)
        const accepted = chances.reduce((sum, s) => sum + s.accepted, 0)
        return Math.abs(all - 1) < 1e-10 && worse <= accepted + TOLERANCE
      },
    ),
    { numRuns: 200 },
  )
})

t.test(
  'points of the curve lie on it, and outgoing quality is nowhere worse than its limit',
  async (t) => {
    const model = { kind: 'binomial' } as const
    for (const chance of [0.95, 0.5, 0.1]) {
      const quality = qualityAt(double, model, chance)
      t.ok(Math.abs(acceptanceProbability(double, model, quality) - chance) < 1e-12)
    }
    const { quality, limit } = outgoingLimit(double, model, 2000)
    const at = (p: number) => averageOutgoingQuality(stageChances(double, model, p), p, 2000)
    t.ok(Math.abs(at(quality) - limit) < TOLERANCE)
    for (let p = 0; p <= 0.3; p += 0.001) t.ok(at(p) <= limit + TOLERANCE, `${p}`)
    // Dodge and Romig: the AOQL of c = 0 is near 0.3679/n (1 − n/N).
    const zero = outgoingLimit(single(100, 0), { kind: 'poisson' }, 10_000)
    t.ok(Math.abs(zero.limit - (Math.exp(-1) / 100) * 0.99) < 1e-9, `${zero.limit}`)
    t.ok(Math.abs(zero.quality - 0.01) < 1e-6)
  },
)

t.test('20,000 simulated lots leave inspection as the curves say', async (t) => {
  const random = seeded(20_261_127)
  const [lotSize, p] = [400, 0.03]
  const chances = stageChances(double, { kind: 'binomial' }, p)
  const seen = {
    accepted: [] as number[],
    outgoing: [] as number[],
    sample: [] as number[],
    total: [] as number[],
  }
  for (let lot = 0; lot < LOTS; lot++) {
    const items = Array.from({ length: lotSize }, () => (random() < p ? 1 : 0))
    const found = (size: number) => items.slice(0, size).reduce<number>((sum, bad) => sum + bad, 0)
    const stage = found(50) <= 1 || found(50) >= 4 ? 0 : 1
    const size = stage === 0 ? 50 : 100
    const isAccepted = stage === 0 ? found(50) <= 1 : found(100) <= 4
    seen.accepted.push(isAccepted ? 1 : 0)
    seen.outgoing.push(isAccepted ? (found(lotSize) - found(size)) / lotSize : 0)
    seen.sample.push(size)
    seen.total.push(isAccepted ? size : lotSize)
  }
  const expected = {
    accepted: acceptanceProbability(double, { kind: 'binomial' }, p),
    outgoing: averageOutgoingQuality(chances, p, lotSize),
    sample: averageSampleNumber(chances),
    total: averageTotalInspection(chances, lotSize),
  }
  for (const key of ['accepted', 'outgoing', 'sample', 'total'] as const) {
    const off = Math.abs(mean(seen[key]) - expected[key]) / standardError(seen[key])
    t.ok(off < STANDARD_ERRORS, `${key}: ${off.toFixed(2)} standard errors off`)
  }
})

t.test('what makes no plan is refused', async (t) => {
  const draw = (change: object) => () => curves({ stages: double, model: 'binomial', ...change })
  t.throws(draw({ stages: [double[1], double[0]] }), { code: 'STAGES_INVALID' })
  t.throws(draw({ stages: [{ sampleSize: 5, accept: null, reject: 2 }] }), {
    code: 'STAGES_INVALID',
  })
  t.throws(draw({ stages: [{ sampleSize: 5, accept: 2, reject: 2 }] }), { code: 'STAGES_INVALID' })
  t.throws(draw({ lotSize: 80 }), { code: 'SAMPLE_EXCEEDS_LOT' })
  t.throws(draw({ model: 'hypergeometric' }), { code: 'LOT_SIZE_MISSING' })
  t.throws(draw({ qualities: [1.5] }), { code: 'QUALITY_INVALID' })
  const wide = [1, 2, 3].map((i) => ({ sampleSize: i * 1000, accept: 0, reject: 500 }))
  t.throws(draw({ stages: wide }), { code: 'STAGES_TOO_WIDE' })
  const point = { quality: 0.05, probability: 0.1 }
  const find = (change: object) => () =>
    findPlanFor({ by: 'attributes', model: 'binomial', accept: 0, consumer: point, ...change })
  t.throws(find({ producer: { quality: 0.06, probability: 0.95 } }), {
    code: 'RISK_POINTS_CROSSED',
  })
  t.throws(find({ by: 's' }), { code: 'PRODUCER_POINT_MISSING' })
  t.throws(find({ consumer: { quality: 2, probability: 0.1 } }), { code: 'QUALITY_INVALID' })
  t.throws(find({ producer: { quality: 0.0499999, probability: 0.95 } }), { code: 'NO_PLAN_FOUND' })
})

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function standardError(values: readonly number[]): number {
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return Math.sqrt(squares) / values.length
}

/** mulberry32: the same lots in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296
  }
}
