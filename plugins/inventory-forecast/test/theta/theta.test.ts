import t from 'tap'
import { hasSeason } from '../../src/theta/seasonality-test.ts'
import { fitTheta } from '../../src/theta/theta.ts'
import { casesMissing, goldModels } from '../cases.ts'

const months = (length: number, shape: (i: number) => number): number[] =>
  Array.from({ length }, (_, i) => shape(i))
const yearly = (i: number): number => Math.sin((2 * Math.PI * i) / 12)

t.test("forecasts R's gold series as thetaf does", { skip: casesMissing }, async (t) => {
  for (const { name, x, frequency, h, theta } of goldModels()) {
    const { mean } = fitTheta(x, frequency, h)
    const apart = Math.max(...mean.map((value, i) => Math.abs(value / theta.mean[i]! - 1)))
    // R's smoothing weight is found to about 1e-4; the formulas are the same.
    t.ok(apart < 5e-4, `${name}: within 0.05 % (${apart})`)
  }
})

t.test('a season is seen where there is one, and never within two years', async (t) => {
  t.ok(
    hasSeason(
      months(48, (i) => 100 + 30 * yearly(i)),
      12,
    ),
  )
  t.notOk(
    hasSeason(
      months(48, (i) => 100 + ((i * 7919) % 17)),
      12,
    ),
  )
  t.notOk(
    hasSeason(
      months(23, (i) => 100 + 30 * yearly(i)),
      12,
    ),
  )
  t.notOk(
    hasSeason(
      months(48, (i) => 100 + 30 * yearly(i)),
      1,
    ),
  )
})

t.test('a season with zeros is carried on as amounts', async (t) => {
  const { season, mean } = fitTheta(
    months(48, (i) => Math.max(0, 50 * yearly(i))),
    12,
    12,
  )
  t.equal(season, 'additive')
  t.ok(mean[3]! > 40 && Math.abs(mean[9]!) < 5, 'summer is high and winter near zero')
})

t.test('the drift is half the slope', async (t) => {
  const { drift } = fitTheta(
    months(20, (i) => 5 + 2 * i),
    1,
    1,
  )
  t.ok(Math.abs(drift - 1) < 1e-9)
})
