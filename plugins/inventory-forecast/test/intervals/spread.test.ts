import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { conformalSpread, parametricSpread, quantileAt } from '../../src/intervals/spread.ts'

/** Seeded noise, uniform on −1 … 1. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 1_073_741_824 - 1
  }
}

const errorsOf = (random: () => number, origins: number, steps: number) =>
  Array.from({ length: origins }, () =>
    Array.from({ length: steps }, (_, h) => ({ step: h + 1, forecast: 100, error: random() })),
  )

t.test('independent errors are covered as often as asked', async (t) => {
  let covered = 0
  for (let seed = 1; seed <= 400; seed++) {
    const random = noise(seed * 7919)
    const spread = conformalSpread(errorsOf(random, 8, 1), false, 100)
    const actual = 100 + random()
    covered +=
      actual >= quantileAt(spread, 100, 1, 0.1) && actual <= quantileAt(spread, 100, 1, 0.9) ? 1 : 0
  }
  t.comment(`80 % intervals of 8 errors cover ${covered / 400}`)
  t.ok(covered / 400 > 0.75 && covered / 400 < 0.9)
})

t.test('errors of one origin that are alike count once', async (t) => {
  const random = noise(5)
  const alike = Array.from({ length: 6 }, () => {
    const error = random()
    return Array.from({ length: 10 }, (_, h) => ({ step: h + 1, forecast: 1, error }))
  })
  t.ok(conformalSpread(alike, false, 1).independent < 9)
  t.ok(conformalSpread(errorsOf(noise(6), 6, 10), false, 1).independent > 20)
})

t.test(
  'intervals widen with the step as errors do, and grow with the level where they are shares',
  async (t) => {
    const random = noise(3)
    const walk = Array.from({ length: 8 }, () =>
      Array.from({ length: 12 }, (_, h) => ({
        step: h + 1,
        forecast: 100,
        error: random() * (h + 1),
      })),
    )
    const { growth } = conformalSpread(walk, false, 100)
    t.ok(growth > 0.6 && growth <= 1, `${growth}`)
    const shares = conformalSpread(walk, true, 100)
    const width = (level: number) => quantileAt(shares, level, 3, 0.9) - level
    t.ok(Math.abs(width(200) / width(100) - 2) < 1e-9)
    t.ok(width(0) > 0, 'near 0 they keep a width')
  },
)

t.test('a quantile rises with its probability', async () => {
  const p = fc.double({ min: 0.001, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(fc.nat(1000), p, p, fc.integer({ min: 1, max: 50 }), (seed, a, b, step) => {
      const errors = errorsOf(noise(seed + 1), 5, 6)
      const spreads = [conformalSpread(errors, false, 100), parametricSpread([1, -2, 3], 1, 100)]
      return spreads.every(
        (spread) =>
          quantileAt(spread, 9, step, Math.min(a, b)) <=
            quantileAt(spread, 9, step, Math.max(a, b)) && quantileAt(spread, 9, step, 0.5) === 9,
      )
    }),
  )
})

t.test('a parametric spread has the quantiles of the t distribution', async (t) => {
  const spread = parametricSpread([1, -1, 1, -1, 1, -1, 1, -1, 1, -1], 0, 0)
  // Ten degrees of freedom: 2.2281 at 97.5 %.
  t.ok(Math.abs(quantileAt(spread, 0, 1, 0.975) - 2.2281) < 0.002)
  t.ok(Math.abs(quantileAt(spread, 0, 4, 0.975) / quantileAt(spread, 0, 1, 0.975) - 2) < 1e-12)
})
