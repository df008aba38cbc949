import t from 'tap'
import { gaugeStudy, type StudyRequest } from '../../src/gauge-study/gauge-study.ts'
import { near } from '../spc/near.ts'

/** The study printed in AIAG, "Measurement Systems Analysis", 4th edition, figure III-B 6: operators A to C, three trials, ten parts. */
const printed: Readonly<Record<string, readonly (readonly number[])[]>> = {
  A: [
    [0.29, -0.56, 1.34, 0.47, -0.8, 0.02, 0.59, -0.31, 2.26, -1.36],
    [0.41, -0.68, 1.17, 0.5, -0.92, -0.11, 0.75, -0.2, 1.99, -1.25],
    [0.64, -0.58, 1.27, 0.64, -0.84, -0.21, 0.66, -0.17, 2.01, -1.31],
  ],
  B: [
    [0.08, -0.47, 1.19, 0.01, -0.56, -0.2, 0.47, -0.63, 1.8, -1.68],
    [0.25, -1.22, 0.94, 1.03, -1.2, 0.22, 0.55, 0.08, 2.12, -1.62],
    [0.07, -0.68, 1.34, 0.2, -1.28, 0.06, 0.83, -0.34, 2.19, -1.5],
  ],
  C: [
    [0.04, -1.38, 0.88, 0.14, -1.46, -0.29, 0.02, -0.46, 1.77, -1.49],
    [-0.11, -1.13, 1.09, 0.2, -1.07, -0.67, 0.01, -0.56, 1.45, -1.77],
    [-0.15, -0.96, 0.67, 0.11, -1.45, -0.49, 0.21, -0.49, 1.87, -2.16],
  ],
}
const readings = Object.entries(printed).flatMap(([operator, trials]) =>
  trials.flatMap((values) =>
    values.map((value, part) => ({ operator, part: `${part + 1}`, value })),
  ),
)
const study = (request: Partial<StudyRequest> = {}) => gaugeStudy({ readings, ...request })
const share = (answer: ReturnType<typeof study>, source: string) =>
  answer.variation.find((row) => row.source === source)

t.test("AIAG's study by analysis of variance", async (t) => {
  const apart = study({ poolAbove: 1 })
  const [part, operator, interaction, repeatability] = apart.anova
  near(t, part?.squares, 88.3619, 1e-4, 'parts')
  near(t, operator?.squares, 3.1673, 1e-4, 'operators')
  near(t, interaction?.squares, 0.359, 1e-4, 'interaction')
  near(t, repeatability?.squares, 2.7589, 1e-4, 'repeatability')
  near(t, interaction?.f, 0.4337, 1e-3, 'F of the interaction')
  near(t, interaction?.p, 0.974, 1e-3, 'its p')
  const pooled = study({ tolerance: 8 })
  t.ok(pooled.isPooled)
  near(t, pooled.anova[0]?.f, 245.614, 1e-3, 'F of parts')
  near(t, pooled.anova[1]?.f, 39.617, 1e-3, 'F of operators')
  near(t, share(pooled, 'gauge')?.variance, 0.09143, 1e-5, 'gauge')
  near(t, share(pooled, 'repeatability')?.variance, 0.03997, 1e-5, 'repeatability')
  near(t, share(pooled, 'operator')?.variance, 0.05146, 1e-5, 'operators')
  near(t, share(pooled, 'part')?.variance, 1.08645, 1e-5, 'parts')
  near(t, share(pooled, 'gauge')?.studyVariation, 27.86, 5e-3, '% study variation')
  near(t, share(pooled, 'gauge')?.contribution, 7.76, 5e-3, '% contribution')
  near(t, share(pooled, 'gauge')?.tolerance, 22.68, 5e-3, '% tolerance of 8')
  t.match(pooled, {
    distinctCategories: 4,
    verdict: 'marginal',
    parts: 10,
    operators: 3,
    trials: 3,
  })
})

t.test("AIAG's study by averages and ranges", async (t) => {
  // The page works with constants and averages of four digits.
  const answer = study({ method: 'range' })
  near(t, share(answer, 'repeatability')?.sigma, 0.20188, 5e-5, 'EV')
  near(t, share(answer, 'operator')?.sigma, 0.22963, 1e-4, 'AV')
  near(t, share(answer, 'gauge')?.sigma, 0.30575, 5e-5, 'GRR')
  near(t, share(answer, 'part')?.sigma, 1.10456, 2e-4, 'PV')
  near(t, share(answer, 'total')?.sigma, 1.1461, 2e-4, 'TV')
  near(t, share(answer, 'gauge')?.studyVariation, 26.68, 1e-2, '%GRR')
  t.equal(answer.distinctCategories, 5)
})

t.test('components that a study was made with are found again', async (t) => {
  let seed = 7
  const uniform = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return (seed + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const parts = Array.from({ length: 40 }, () => 3 * normal())
  const operators = Array.from({ length: 30 }, () => normal())
  const made = parts.flatMap((part, p) =>
    operators.flatMap((operator, o) => {
      const both = 0.7 * normal()
      return [0, 1, 2].map(() => ({
        part: `${p}`,
        operator: `${o}`,
        value: 1e9 + part + operator + both + 0.5 * normal(),
      }))
    }),
  )
  const answer = gaugeStudy({ readings: made })
  t.notOk(answer.isPooled)
  near(t, share(answer, 'repeatability')?.sigma, 0.5, 0.02, 'repeatability')
  near(t, share(answer, 'interaction')?.sigma, 0.7, 0.05, 'interaction')
  near(t, share(answer, 'operator')?.sigma, 1, 0.3, 'operators')
  near(t, share(answer, 'part')?.sigma, 3, 0.7, 'parts')
  const total = answer.anova.reduce((sum, { squares }) => sum + squares, 0)
  const grand = made.reduce((sum, { value }) => sum + (value - 1e9), 0) / made.length
  const around = made.reduce((sum, { value }) => sum + (value - 1e9 - grand) ** 2, 0)
  near(t, total / around, 1, 1e-6, 'the parts of the sum of squares are the whole')
})

t.test('a study that cannot be judged is refused by its code', async (t) => {
  const code = (rows: StudyRequest['readings']) => {
    try {
      gaugeStudy({ readings: rows })
      return undefined
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  t.equal(code([]), 'STUDY_TOO_SMALL')
  t.equal(code(readings.slice(1)), 'STUDY_UNBALANCED')
  t.equal(code(readings.filter(({ operator }) => operator === 'A')), 'STUDY_TOO_SMALL')
  t.equal(code(readings.map((reading) => ({ ...reading, value: 4 }))), 'STUDY_NO_SPREAD')
  t.equal(code(readings.map((reading) => ({ ...reading, value: Number.NaN }))), 'SPC_VALUE_INVALID')
  const perfect = gaugeStudy({
    readings: readings.map((reading) => ({ ...reading, value: Number(reading.part) })),
  })
  t.match(perfect, { distinctCategories: null, verdict: 'acceptable' })
})
