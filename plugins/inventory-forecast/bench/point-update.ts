import { fitDistribution, updateFit } from '../src/forecast/forecast-distribution.ts'

/** Points of one series that come one by one after its fit, and rounds of them: the first round compiles. */
const POINTS = 48
const ROUNDS = 5
const SEASON = [1, 0.9, 1.1, 1.2, 1.05, 0.95, 0.85, 0.9, 1, 1.15, 1.3, 1.4]

const history = Array.from({ length: 96 }, (_, month) => demandOf(month))
const fitted = fitDistribution({ history, frequency: 12, horizon: 12 })
const times: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  let fit = fitted
  for (let n = 0; n < POINTS; n++) {
    const before = performance.now()
    const next = updateFit(fit, demandOf(history.length + n))
    if (round > 0) times.push(performance.now() - before)
    if (next === undefined) throw new Error('the model does not cover a value like those before')
    fit = next
  }
}
times.sort((a, b) => a - b)
const at = (part: number) => times[Math.ceil(part * times.length) - 1]
process.stdout.write(JSON.stringify({ p50: at(0.5), p95: at(0.95) }))

/** A month of a series that grows by a tenth a year; the wobble repeats with no period of the season's. */
function demandOf(month: number): number {
  const wobble = 1 + 0.06 * Math.sin(month * 2.399)
  return 200 * (1 + month / 120) * (SEASON[month % 12] as number) * wobble
}
