import t from 'tap'
import { holtWinters } from '../../src/smoothing/holt-winters.ts'
import { casesMissing, goldModels } from '../cases.ts'

const near = (value: number | undefined, expected: number | undefined): boolean =>
  Math.abs(value! - expected!) <= 1e-9 * Math.max(1, Math.abs(expected!))

t.test("fixed weights give R's numbers to 1e-9", { skip: casesMissing }, async (t) => {
  let compared = 0
  for (const gold of goldModels()) {
    const simple = holtWinters(gold.x, gold.frequency, { alpha: 0.2 }, gold.h)
    const expected = gold['ses_alpha0.2_simple'].mean
    t.ok(
      simple.mean.every((value, h) => near(value, expected[h])),
      `${gold.name}: simple smoothing`,
    )
    for (const season of ['additive', 'multiplicative'] as const) {
      const fixed = gold[`holtwinters_fixed_${season}`]
      if (fixed === undefined) continue
      const { alpha, beta, gamma } = fixed
      const fit = holtWinters(gold.x, gold.frequency, { alpha, beta, gamma, season }, gold.h)
      const squares = fit.fitted.map((value, i) =>
        value === undefined ? 0 : (value - gold.x[i]!) ** 2,
      )
      const states = [fit.level, fit.growth, ...fit.seasonal]
      t.ok(
        fit.mean.every((value, h) => near(value, fixed.mean[h])),
        `${gold.name}: ${season} mean`,
      )
      t.ok(
        states.every((value, i) => near(value, fixed.coef[i])),
        `${gold.name}: ${season} states`,
      )
      t.ok(
        near(
          squares.reduce((sum, value) => sum + value, 0),
          fixed.SSE,
        ),
        `${gold.name}: ${season} errors`,
      )
      compared++
    }
  }
  t.equal(compared, 6)
})

t.test("Holt's method follows a line whatever its weights", async (t) => {
  const line = Array.from({ length: 10 }, (_, i) => 4 + 3 * i)
  const { mean } = holtWinters(line, 1, { alpha: 0.3, beta: 0.1 }, 2)
  t.ok(near(mean[0], 34) && near(mean[1], 37))
})

t.test('a season without a trend does not grow', async (t) => {
  const history = Array.from({ length: 24 }, (_, i) => [10, 20, 30, 40][i % 4]!)
  const { mean, growth } = holtWinters(history, 4, { alpha: 0.3, gamma: 0.2 }, 4)
  t.equal(growth, 0)
  t.ok(mean.every((value, h) => near(value, history[h])))
})
