import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { hotelling } from '../../src/spc/hotelling.ts'

const near = (a: number, b: number, tolerance = 1e-9) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))
const value = fc.integer({ min: -1000, max: 1000 }).map((tenths) => tenths / 10)
const cloud = (p: number) =>
  fc.array(fc.array(value, { minLength: p, maxLength: p }), { minLength: p + 6, maxLength: 25 })

t.test('limits of two variables are those in closed form', async (t) => {
  // With p = 2 both laws have a closed quantile: beta(1, b) and F(2, d).
  for (const [m, alpha] of [
    [10, 0.0027],
    [30, 0.01],
    [200, 0.05],
  ] as const) {
    const reference = Array.from({ length: m }, (_, i) => [i % 7, (i * i) % 11])
    const { limits } = hotelling({ reference, alpha })
    const beta = 1 - alpha ** (2 / (m - 3))
    const f = ((m - 2) / 2) * (alpha ** (-2 / (m - 2)) - 1)
    t.ok(near(limits.phaseOne, ((m - 1) ** 2 / m) * beta))
    t.ok(near(limits.phaseTwo, ((2 * (m + 1) * (m - 1)) / (m * (m - 2))) * f))
  }
})

t.test('statistics of the reference add up, and no change of units changes them', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }).chain(cloud),
      fc.double({ min: 0.01, max: 1000, noNaN: true }),
      (reference, factor) => {
        const p = reference[0]?.length ?? 0
        let answer: ReturnType<typeof hotelling>
        try {
          answer = hotelling({ reference, points: reference })
        } catch (error) {
          // A drawn cloud may lie in a plane.
          return (error as { code?: string }).code === 'T2_SINGULAR'
        }
        const sum = answer.reference.reduce((total, { t2 }) => total + t2, 0)
        t.ok(near(sum, p * (reference.length - 1), 1e-6), 'the trace: p (m − 1)')
        for (const { t2, contributions } of answer.points) {
          t.ok(contributions.every((one) => one >= 0 && one <= t2 * (1 + 1e-6) + 1e-6))
        }
        const other = reference.map((row) => row.map((x, j) => (j === 0 ? x * factor - 3 : x)))
        const turned = hotelling({ reference: other })
        const isSame = ({ t2 }: { t2: number }, i: number) =>
          near(t2, answer.reference[i]?.t2 ?? Number.NaN, 1e-5)
        t.ok(turned.reference.every(isSame))
        return true
      },
    ),
    { numRuns: 40 },
  )
})

t.test(
  'what breaks the way that variables go together is found where each alone is fine',
  async (t) => {
    const reference = Array.from({ length: 40 }, (_, i) => {
      const x = Math.sin(i * 1.7) * 2
      return [x, x + Math.cos(i * 2.3) * 0.1, Math.sin(i * 3.1)]
    })
    const { points, mean } = hotelling({
      reference,
      points: [
        [1.5, -1.5, 0],
        [1, 1, 0],
      ],
    })
    t.equal(mean.length, 3)
    t.match(points, [{ beyond: true }, { beyond: false }])
    const [first] = points
    const [x = 0, y = 0, z = 0] = first?.contributions ?? []
    t.ok(x > 100 && y > 100 && z < x / 20, 'the first two, and not the third')
  },
)

t.test('what cannot be charted is refused', async (t) => {
  const good = Array.from({ length: 9 }, (_, i) => [i, (i * 5) % 7])
  for (const [code, request] of [
    ['T2_SHAPE', { reference: good.map(([x]) => [x ?? 0]) }],
    ['T2_SHAPE', { reference: good, points: [[1]] }],
    ['T2_TOO_FEW', { reference: good.slice(0, 3) }],
    ['T2_SINGULAR', { reference: good.map(([x]) => [x ?? 0, 2 * (x ?? 0) + 1]) }],
    ['T2_SINGULAR', { reference: good.map(([x]) => [x ?? 0, 4]) }],
  ] as const) {
    t.throws(() => hotelling(request), { code })
  }
})
