import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { boxCox, boxCoxPower } from '../../src/capability/box-cox.ts'
import { type CapabilityRequest, capability } from '../../src/capability/capability.ts'
import { capabilityIndices, expectedPpm } from '../../src/capability/capability-indices.ts'
import { andersonDarling } from '../../src/capability/normality.ts'
import { percentileIndices } from '../../src/capability/percentile-indices.ts'
import { chiSquaredQuantile } from '../../src/distributions/chi-squared.ts'
import { fUpperTail } from '../../src/distributions/f-ratio.ts'
import { normalQuantile } from '../../src/distributions/normal.ts'
import { near } from '../spc/near.ts'
import { casesMissing, spcReference } from '../spc/spc-reference.ts'

const names = { Cp: 'cp', Cp_l: 'cpl', Cp_u: 'cpu', Cp_k: 'cpk', Cpm: 'cpm' } as const

/** The values that a normal law puts at evenly spaced probabilities. */
const normalScores = (n: number) =>
  Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n))
const singles = (values: readonly number[]) => values.map((value) => [value])

t.test('indices and their limits are those of the reference', { skip: casesMissing }, async (t) => {
  const { capability: wanted, spc } = spcReference()
  const [lsl, usl] = wanted.spec
  const limits = { lsl, usl, target: wanted.target }
  const spread = { mean: wanted.center, sigma: wanted.sd, n: wanted.nobs }
  const indices = capabilityIndices(spread, limits, 0.95)
  const fromData = capability({ subgroups: spc.xbarR.values, limits, method: 'normal' })
  for (const row of wanted.indices) {
    for (const [index, tolerance] of [
      [indices, 1e-11],
      [fromData.within, 1e-9],
    ] as const) {
      const found = index?.[names[row._row]]
      near(t, found?.value, row.Value, tolerance, row._row)
      near(t, found?.low, row['2.5%'], tolerance, `${row._row} low`)
      near(t, found?.high, row['97.5%'], tolerance, `${row._row} high`)
    }
  }
  near(t, fromData.sigmaWithin, wanted.sd, 1e-12, 'sigma within')
  t.strictSame(fromData.observedPpm, { below: wanted.obs[0]! * 1e4, above: wanted.obs[1]! * 1e4 })
})

t.test('quantiles under the limits are those of tables', async (t) => {
  // R 4.2: qchisq, pf.
  near(t, chiSquaredQuantile(0.025, 124), 95.07008897234516, 1e-11, 'χ² of 124')
  near(t, chiSquaredQuantile(0.975, 126.7), 159.748841125002, 1e-10, 'χ² of 126.7')
  near(t, chiSquaredQuantile(0.99, 0.5), 4.867770844394062, 1e-12, 'χ² of ½')
  near(t, fUpperTail(0.5, 18, 60), 0.9480256523185491, 1e-12, 'F')
  near(t, fUpperTail(3, 1, 1), 1 / 3, 1e-12, 'F of 1 and 1')
})

t.test('what falls outside of the limits is expected by the normal law', async (t) => {
  const ppm = expectedPpm({ mean: 0, sigma: 1, n: 9 }, { lsl: -3, usl: 6, target: null })
  near(t, ppm.below, 1349.898031630094, 1e-9, 'three sigma')
  near(t, ppm.above, 0.000986587645, 1e-12, 'six sigma')
})

t.test('one limit gives the indices of its side alone', async (t) => {
  const answer = capability({
    subgroups: singles(normalScores(50)),
    limits: { lsl: null, usl: 3, target: null },
  })
  t.match(answer.within, { cp: null, cpl: null, cpm: null })
  t.equal(answer.within?.cpk.value, answer.within?.cpu?.value)
  near(t, answer.overall.ppk.value, 1 / answer.sigmaOverall, 1e-9, 'Ppk')
  t.match(answer.overall, { pp: null, ppl: null })
})

t.test('the normal law is kept, transformed or left as the data say', async (t) => {
  const limits = { lsl: null, usl: 60, target: null }
  const normal = normalScores(200).map((z) => 10 + z)
  t.match(capability({ subgroups: singles(normal), limits }), { method: 'normal', notes: [] })
  const skewed = normalScores(200).map((z) => Math.exp(1 + z))
  const byPower = capability({ subgroups: singles(skewed), limits })
  t.match(byPower, { method: 'box-cox', notes: ['NOT_NORMAL'] })
  near(t, byPower.power, 0, 0.02, 'the logarithm')
  // In the scale of logarithms the law is normal: Ppk = (ln 60 − 1) / 3 sigma.
  near(t, byPower.overall.ppk.value, (Math.log(60) - 1) / 3, 0.05, 'Ppk')
  const twoHumps = normalScores(100).flatMap((z) => [z - 6, z + 6])
  const left = capability({ subgroups: singles(twoHumps), limits })
  t.match(left, {
    method: 'percentile',
    within: null,
    notes: ['NOT_NORMAL', 'PERCENTILE_SAMPLE_SMALL'],
  })
})

t.test('of a normal law percentiles say what sigma says', async (t) => {
  const limits = { lsl: -4, usl: 5, target: null }
  const { pp, ppk } = percentileIndices(normalScores(20_000), limits)
  near(t, pp, 1.5, 1e-2, 'Pp')
  near(t, ppk, 4 / 3, 1e-2, 'Ppk')
})

t.test("Anderson and Darling's test knows its reference values", async (t) => {
  // Computed by scipy 1.17 `stats.anderson`.
  const values = [4.1, 4.9, 5.2, 5.3, 5.5, 5.8, 6.1, 6.4, 7.9, 12.5]
  const test = andersonDarling(values)
  near(t, test?.statistic, 1.0519241322760529, 1e-12, 'A²')
  t.ok(test!.p < 0.01, `p ${test!.p}`)
  t.ok(andersonDarling(normalScores(100))!.p > 0.99)
  t.equal(andersonDarling([1, 2, 3, 4, 5, 6, 7]), null)
  t.equal(andersonDarling(Array(20).fill(3)), null)
})

t.test('Box and Cox find the power that data were made with', async (t) => {
  for (const power of [-1, 0.5, 2]) {
    const values = normalScores(400).map((z) => (1 + power * (z * 0.1 + 1)) ** (1 / power))
    if (values.some((value) => !(value > 0))) continue
    near(t, boxCoxPower(values), power, 0.05, `power ${power}`)
  }
  near(t, boxCox(7, 1e-18), Math.log(7), 1e-15, 'power 0')
})

t.test('scale and origin of the measure change no index', async () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 10, maxLength: 60 })
  fc.assert(
    fc.property(numbers, fc.constantFrom(0.001, 25.4, 1000), (values, scale) => {
      if (new Set(values).size < 3) return true
      const ask = (factor: number, shift: number): CapabilityRequest => ({
        subgroups: values.map((value) => [value * factor + shift]),
        limits: { lsl: -200 * factor + shift, usl: 1300 * factor + shift, target: null },
        method: 'normal',
      })
      const one = capability(ask(1, 0)).within?.cpk.value ?? 0
      const other = capability(ask(scale, scale * 7)).within?.cpk.value ?? 0
      return Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one))
    }),
  )
})

t.test('what cannot be judged is refused by its code', async (t) => {
  const ask = (
    values: readonly number[],
    limits: object,
    method: CapabilityRequest['method'] = 'auto',
  ) => {
    try {
      capability({
        subgroups: singles(values),
        limits: { lsl: 0, usl: 9, target: null, ...limits },
        method,
      })
      return undefined
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  t.equal(ask([1, 2, 3], { lsl: 9, usl: 0 }), 'CAPABILITY_LIMITS_REVERSED')
  t.equal(ask([1, 2, 3], { lsl: null, usl: null }), 'CAPABILITY_LIMITS_MISSING')
  t.equal(ask([1, 2, 3], { usl: Number.NaN }), 'CAPABILITY_LIMITS_MISSING')
  t.equal(ask([], {}), 'CAPABILITY_TOO_FEW')
  t.equal(ask([1], {}), 'CAPABILITY_TOO_FEW')
  t.equal(ask([4, 4, 4], {}), 'CAPABILITY_NO_SPREAD')
  // More than half are the least value: what lies below the median has no spread, though the other side has.
  t.equal(ask([5, 5, 5, 5, 5, 6, 8], {}, 'percentile'), 'CAPABILITY_NO_SPREAD')
  t.equal(ask([1, -2, 3], {}, 'box-cox'), 'CAPABILITY_NOT_POSITIVE')
  t.equal(ask([1, Number.NaN], {}), 'SPC_VALUE_INVALID')
  t.equal(ask([1e14 + 1, 1e14 + 2], { usl: 2e14 }), undefined)
})
