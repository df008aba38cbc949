import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { mean, standardDeviation } from '../../src/distributions/moments.ts'
import { flagChart } from '../../src/spc/chart-flags.ts'
import type { ChartKind, Sample } from '../../src/spc/chart-kinds.ts'
import { estimateParameters } from '../../src/spc/chart-parameters.ts'
import { drawChart, usualDefinition } from '../../src/spc/control-chart.ts'
import { c4, rangeConstants } from '../../src/spc/control-constants.ts'
import { statisticsOf } from '../../src/spc/sample-statistics.ts'
import { near } from './near.ts'
import { casesMissing, spcReference } from './spc-reference.ts'

function phaseOne(kind: ChartKind, samples: readonly Sample[], options = {}) {
  const definition = { ...usualDefinition, kind, ...options }
  const statistics = samples.map((sample) => statisticsOf(kind, sample))
  const parameters = estimateParameters(kind, statistics, definition.constants)
  const points = drawChart(definition, parameters, statistics)
  return { ...parameters, points, flags: flagChart(definition, 'nelson', points) }
}

t.test(
  'x-bar, R and p charts have the limits of the reference',
  { skip: casesMissing },
  async (t) => {
    const { xbarR, R, p } = spcReference().spc
    const bar = phaseOne(
      'xbar-r',
      xbarR.values.map((values) => ({ values })),
    )
    near(t, bar.centre, xbarR.center, 1e-9, 'centre')
    near(t, bar.sigma, xbarR['std.dev'], 1e-9, 'sigma')
    for (const [i, { location, dispersion }] of bar.points.entries()) {
      near(t, location.value, xbarR.statistics[i]!, 1e-9, `mean ${i}`)
      near(t, location.lcl, xbarR.lcl, 1e-9, 'lcl')
      near(t, location.ucl, xbarR.ucl, 1e-9, 'ucl')
      near(t, dispersion?.value, R.statistics[i]!, 1e-9, `range ${i}`)
      near(t, dispersion?.centre, R.center, 1e-9, 'centre of ranges')
      near(t, dispersion?.lcl, R.lcl, 1e-9, 'lcl of ranges')
      near(t, dispersion?.ucl, R.ucl, 1e-9, 'ucl of ranges')
    }
    const share = phaseOne(
      'p',
      p.D.map((count, i) => ({ count, size: p.size[i]! })),
    )
    near(t, share.centre, p.center, 1e-9, 'centre of shares')
    near(t, share.sigma, p['std.dev'], 1e-9, 'sigma of shares')
    for (const [i, { location }] of share.points.entries()) {
      near(t, location.lcl, p.lcl[i]!, 1e-9, `lcl ${i}`)
      near(t, location.ucl, p.ucl[i]!, 1e-9, `ucl ${i}`)
    }
    const beyond = share.flags
      .filter(({ rule }) => rule === 'nelson-1')
      .map(({ index }) => index + 1)
    t.strictSame(beyond, [...p.beyond])
  },
)

t.test('the constants are the integrals, and the published ones their roundings', async (t) => {
  // Closed forms: d2(3) = 3/√π, d2(5) = 30/π^1.5 · atan √2 − 5/√π; c4(5) = 3√(2π)/8.
  near(t, rangeConstants(2, 'computed').d2, 2 / Math.sqrt(Math.PI), 1e-13, 'd2(2)')
  near(t, rangeConstants(2, 'computed').d3, Math.sqrt(2 - 4 / Math.PI), 1e-11, 'd3(2)')
  near(t, rangeConstants(3, 'computed').d2, 3 / Math.sqrt(Math.PI), 1e-13, 'd2(3)')
  const d25 = (30 / Math.PI ** 1.5) * Math.atan(Math.SQRT2) - 5 / Math.sqrt(Math.PI)
  near(t, rangeConstants(5, 'computed').d2, d25, 1e-13, 'd2(5)')
  near(t, c4(2), Math.sqrt(2 / Math.PI), 1e-15, 'c4(2)')
  near(t, c4(5), (3 * Math.sqrt(2 * Math.PI)) / 8, 1e-15, 'c4(5)')
  for (let size = 2; size <= 25; size++) {
    const published = rangeConstants(size, 'published')
    const computed = rangeConstants(size, 'computed')
    t.ok(Math.abs(published.d2 - computed.d2) < 6e-4, `d2 of ${size}`)
    t.ok(Math.abs(published.d3 - computed.d3) < 2e-5, `d3 of ${size}`)
  }
})

t.test('s, moving range, np, c and u charts by their formulas', async (t) => {
  const samples = [
    [1, 2, 4],
    [2, 3, 3, 5],
    [1, 1, 2],
  ].map((values) => ({ values }))
  const s = phaseOne('xbar-s', samples)
  const sigma = mean(samples.map(({ values }) => standardDeviation(values) / c4(values.length)))
  near(t, s.sigma, sigma, 1e-12, 'sigma')
  near(t, s.centre, 24 / 10, 1e-12, 'centre weighted by size')
  near(t, s.points[1]?.location.ucl, 2.4 + (3 * sigma) / 2, 1e-12, 'limits of a subgroup of 4')
  near(t, s.points[0]?.location.ucl, 2.4 + (3 * sigma) / Math.sqrt(3), 1e-12, 'and of 3')
  const b4 = c4(4) + 3 * Math.sqrt(1 - c4(4) ** 2)
  near(t, s.points[1]?.dispersion?.ucl, b4 * sigma, 1e-12, 'limit of s')

  const imr = phaseOne(
    'i-mr',
    [10, 12, 11, 15].map((value) => ({ values: [value] })),
  )
  near(t, imr.sigma, (2 + 1 + 4) / 3 / 1.128, 1e-12, 'sigma of moving ranges')
  t.equal(imr.points[0]?.dispersion, null, 'the first value has no moving range')
  near(t, imr.points[3]?.dispersion?.value, 4, 0, 'the last has')

  const np = phaseOne(
    'np',
    [3, 5, 4].map((count) => ({ count, size: 50 })),
  )
  near(t, np.points[0]?.location.centre, 4, 1e-12, 'np centre')
  near(t, np.points[0]?.location.ucl, 4 + 3 * Math.sqrt(4 * (1 - 0.08)), 1e-12, 'np ucl')
  t.equal(np.points[0]?.location.lcl, 0)
  const c = phaseOne(
    'c',
    [20, 30, 25].map((count) => ({ count })),
  )
  near(t, c.points[0]?.location.lcl, 25 - 3 * 5, 1e-12, 'c lcl')
  const u = phaseOne('u', [
    { count: 10, size: 5 },
    { count: 30, size: 10 },
  ])
  near(t, u.centre, 40 / 15, 1e-12, 'u centre')
  near(t, u.points[1]?.location.ucl, 40 / 15 + 3 * Math.sqrt(40 / 150), 1e-12, 'u ucl by size')
})

t.test('EWMA and CUSUM follow their closed forms', async (t) => {
  const values = [10.2, 9.8, 10.9, 11.4, 10.1]
  const definition = { ...usualDefinition, kind: 'ewma' } as const
  const parameters = { centre: 10, sigma: 1 }
  const statistics = values.map((value) => statisticsOf('ewma', { values: [value] }))
  for (const [i, { location }] of drawChart(definition, parameters, statistics).entries()) {
    const past = values.slice(0, i + 1)
    const wanted = past.reduce((sum, x, j) => sum + 0.2 * 0.8 ** (i - j) * x, 10 * 0.8 ** (i + 1))
    near(t, location.value, wanted, 1e-12, `EWMA ${i}`)
    const sigma = Math.sqrt((0.2 / 1.8) * (1 - 0.8 ** (2 * (i + 1))))
    near(t, location.ucl, 10 + 3 * sigma, 1e-12, `its limit ${i}`)
  }
  const sums = drawChart({ ...definition, kind: 'cusum' }, parameters, statistics)
  const upper = sums.map(({ location }) => location.value)
  for (const [i, wanted] of [0, 0, 0.4, 1.3, 0.9].entries())
    near(t, upper[i], wanted, 1e-12, `C+ ${i}`)
  near(t, sums[1]?.lower?.value, 0, 1e-12, 'C−')
  // Montgomery 9.1: a shift of one sigma is seen after about ten points.
  const shifted = drawChart(
    { ...definition, kind: 'cusum' },
    { centre: 9, sigma: 1 },
    Array(12).fill(statisticsOf('cusum', { values: [10] })),
  )
  const flags = flagChart({ ...definition, kind: 'cusum' }, 'nelson', shifted)
  t.strictSame(flags[0], { index: 10, rule: 'limits', drawing: 'location' })
})

t.test('rules are those that a kind of chart bears', async (t) => {
  const counts = [9, 9, 9, 9, 9, 9, 9, 9, 9, 1].map((count) => ({ count }))
  const rules = new Set(phaseOne('c', counts).flags.map(({ rule }) => rule))
  t.strictSame([...rules], ['nelson-2'], 'no zones on counts')
  const ranges = [...Array(20).fill([1, 1.1, 0.9]), [1, 3, -1]].map((values) => ({ values }))
  t.match(phaseOne('xbar-r', ranges).flags.at(-1), {
    index: 20,
    drawing: 'dispersion',
    rule: 'limits',
  })
  const narrow = phaseOne(
    'i-mr',
    [0, 1, 0, 1, 0, 1, 2.2].map((v) => ({ values: [v] })),
    { width: 1.5 },
  )
  t.ok(
    narrow.flags.some(({ index, rule }) => index === 6 && rule === 'nelson-1'),
    'limits drawn nearer alarm nearer',
  )
})

t.test('the average run length of a process in control is the known one', async (t) => {
  // Of three-sigma limits 370.4 (Montgomery 6.2.4), of CUSUM k = ½, h = 5 about 465 (9.1.3); seeded, 4·10^5 points.
  let seed = 12345
  const uniform = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return (seed + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const values = Array.from({ length: 400_000 }, () => statisticsOf('i-mr', { values: [normal()] }))
  const definition = { ...usualDefinition, kind: 'i-mr' } as const
  const beyond = flagChart(
    definition,
    'western-electric',
    drawChart(definition, { centre: 0, sigma: 1 }, values),
  ).filter(({ rule }) => rule === 'western-electric-1').length
  const length = values.length / beyond
  t.ok(Math.abs(length - 370.4) < 35, `${length.toFixed(1)} points between false alarms`)
})

t.test('a chart drawn point by point is the chart drawn at once', async () => {
  const kinds = fc.constantFrom<ChartKind>('xbar-r', 'xbar-s', 'i-mr', 'ewma', 'cusum')
  const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(kinds, numbers, fc.integer({ min: 0, max: 40 }), (kind, list, cut) => {
      const definition = { ...usualDefinition, kind }
      const parameters = { centre: 0, sigma: 10 }
      const statistics = list.map((value) =>
        statisticsOf(kind, {
          values: kind.startsWith('xbar') ? [value, value + 3, value - 1] : [value],
        }),
      )
      const all = drawChart(definition, parameters, statistics)
      const at = Math.min(cut, list.length)
      const head = statistics.slice(0, at)
      let state = {}
      const first = drawChart(definition, parameters, head)
      if (kind === 'i-mr' && at > 0) state = { previous: list[at - 1] }
      if (kind === 'ewma' && at > 0) {
        const { value, sigma } = first.at(-1)!.location
        state = { smoothed: value, variance: (sigma / 10) ** 2 }
      }
      if (kind === 'cusum' && at > 0) {
        state = { upper: first.at(-1)!.location.value, lower: first.at(-1)!.lower!.value }
      }
      const rest = drawChart(definition, parameters, statistics.slice(at), state)
      const joined = [...first, ...rest].map(({ location }) => location.value.toFixed(9))
      return joined.join() === all.map(({ location }) => location.value.toFixed(9)).join()
    }),
  )
})

t.test('large numbers keep their spread, and constant ones have none', async (t) => {
  near(
    t,
    standardDeviation([1e15 + 4, 1e15 + 7, 1e15 + 13, 1e15 + 16]),
    Math.sqrt(30),
    1e-12,
    'of 10^15 + …',
  )
  t.equal(standardDeviation([0.1, 0.1, 0.1]), 0)
  const constant = phaseOne(
    'i-mr',
    [5, 5, 5].map((value) => ({ values: [value] })),
  )
  t.equal(constant.sigma, 0)
  t.strictSame(constant.flags, [])
})

t.test('what is no sample of a chart is refused by its code', async (t) => {
  const code = (kind: ChartKind, sample: Sample) => {
    try {
      statisticsOf(kind, sample)
      return undefined
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  t.equal(code('xbar-r', { values: [1] }), 'SPC_SUBGROUP_SIZE')
  t.equal(code('xbar-r', { values: Array(26).fill(1) }), 'SPC_SUBGROUP_SIZE')
  t.equal(code('xbar-s', { values: Array(26).fill(1) }), undefined)
  t.equal(code('i-mr', { values: [1, 2] }), 'SPC_SUBGROUP_SIZE')
  t.equal(code('i-mr', { values: [] }), 'SPC_SUBGROUP_SIZE')
  t.equal(code('i-mr', { values: [Number.NaN] }), 'SPC_VALUE_INVALID')
  t.equal(code('i-mr', { values: [2e15] }), 'SPC_VALUE_INVALID')
  t.equal(code('p', { count: 3, size: 2 }), 'SPC_SAMPLE_INVALID')
  t.equal(code('p', { count: 3 }), 'SPC_SAMPLE_INVALID')
  t.equal(code('c', { count: 3, size: 5 }), 'SPC_SAMPLE_INVALID')
  t.equal(code('c', { count: -1 }), 'SPC_SAMPLE_INVALID')
  t.equal(code('u', { count: 1, size: 0 }), 'SPC_SAMPLE_INVALID')
  t.equal(code('c', { values: [1] }), 'SPC_SAMPLE_INVALID')
  t.throws(() => phaseOne('c', [{ count: 3 }]), { code: 'SPC_TOO_FEW_POINTS' })
})
