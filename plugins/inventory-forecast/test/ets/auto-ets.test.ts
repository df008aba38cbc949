import t from 'tap'
import { autoEts, candidateForms } from '../../src/ets/auto-ets.ts'
import { etsForms, nameOf } from '../../src/ets/ets-model.ts'
import { fitEts } from '../../src/ets/fit-ets.ts'
import { replayEts } from '../../src/ets/replay-ets.ts'
import { casesMissing, goldModels } from '../cases.ts'

const wave = (length: number, frequency: number): number[] =>
  Array.from(
    { length },
    (_, i) => 100 + i + 20 * Math.sin((2 * Math.PI * i) / frequency) + ((i * 7919) % 13),
  )

t.test(
  "fits R's gold models with a likelihood as high as R's",
  { skip: casesMissing },
  async (t) => {
    for (const { name, x, frequency, h, ets } of goldModels()) {
      const form = etsForms.find((candidate) => nameOf(candidate) === ets.method)!
      const same = fitEts(x, frequency, form)!
      const best = autoEts(x, frequency)
      t.comment(`${name}: ${nameOf(best.form)} ${best.aicc}, R ${ets.method} ${ets.aicc}`)
      t.ok(same.aicc! <= ets.aicc + 2, `${name}: AICc of R's form`)
      t.ok(best.aicc! <= ets.aicc + 2, `${name}: AICc of the chosen form`)
      const { mean } = replayEts(same, x, h)!
      const apart = Math.max(...mean.map((value, i) => Math.abs(value / ets.mean[i]! - 1)))
      t.ok(apart < 0.02, `${name}: forecasts of R's form within 2 % (${apart})`)
    }
  },
)

const candidates = [
  {
    title: 'a positive seasonal series allows all fifteen',
    history: wave(48, 12),
    frequency: 12,
    count: 15,
  },
  {
    title: 'a zero rules multiplicative parts out',
    history: [0, ...wave(47, 12)],
    frequency: 12,
    count: 6,
  },
  { title: 'without a season six are left', history: wave(48, 12), frequency: 1, count: 6 },
  {
    title: 'so they are where the year is too long',
    history: wave(120, 52),
    frequency: 52,
    count: 6,
  },
  { title: 'a year is too short to tell seasons', history: wave(12, 12), frequency: 12, count: 6 },
  { title: 'five points allow the level alone', history: wave(5, 1), frequency: 1, count: 2 },
]

t.test('the forms that are tried fit the series', async (t) => {
  for (const { title, history, frequency, count } of candidates) {
    t.equal(candidateForms(history, frequency).length, count, title)
  }
})

t.test('a fitted model stays in the usual region', async (t) => {
  for (const form of etsForms) {
    const { smoothing } = fitEts(wave(60, 12), 12, form)!
    const { alpha, beta, gamma, phi } = smoothing
    t.ok(alpha >= 0.0001 && alpha <= 0.9999, `${nameOf(form)} alpha`)
    t.ok(beta <= alpha && gamma <= 1 - alpha, `${nameOf(form)} beta and gamma`)
    if (form.trend === 'Ad') t.ok(phi >= 0.8 && phi <= 0.98, `${nameOf(form)} phi`)
  }
})

t.test('a straight line is met exactly, by the form with fewest parameters', async (t) => {
  const line = Array.from({ length: 30 }, (_, i) => 10 + 3 * i)
  const model = autoEts(line, 1)
  t.match(nameOf(model.form), /^ETS\([AM],A,N\)$/)
  const { mean } = replayEts(model, line, 3)!
  for (const [h, value] of mean.entries()) t.ok(Math.abs(value - (100 + 3 * h)) < 1e-3)
})
