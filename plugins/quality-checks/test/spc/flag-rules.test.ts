import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { flagRules, pointsBehind } from '../../src/spc/flag-rules.ts'
import { ruleSets } from '../../src/spc/rule-sets.ts'
import { casesMissing, spcReference } from './spc-reference.ts'

const standard = { centre: 0, sigma: 1, rules: 'nelson' } as const

t.test(
  "the shared series are flagged where Nelson's rules say",
  { skip: casesMissing },
  async (t) => {
    for (const { kind, x, mean, sigma, flags } of spcReference().nelson) {
      const found = flagRules(x, { centre: mean, sigma, rules: 'nelson' })
      for (let number = 1; number <= 8; number++) {
        const places = found
          .filter(({ rule }) => rule === `nelson-${number}`)
          .map(({ index }) => index + 1)
        t.strictSame(places, [flags[`r${number}`]].flat(), `${kind}, rule ${number}`)
      }
    }
  },
)

t.test(
  'each pattern is flagged at the point that completes it, and at no sooner one',
  async (t) => {
    const first = (
      values: readonly number[],
      rule: string,
      rules: keyof typeof ruleSets = 'nelson',
    ) => flagRules(values, { ...standard, rules }).find((flag) => flag.rule === rule)?.index
    const repeat = (count: number, ...values: number[]) =>
      Array<number[]>(count).fill(values).flat()
    t.equal(first([0, 3.1], 'nelson-1'), 1)
    t.equal(first([0, 3], 'nelson-1'), undefined, 'on the border is not beyond')
    t.equal(first(repeat(9, 0.5), 'nelson-2'), 8)
    t.equal(first([...repeat(8, 0.5), 0, 0.5], 'nelson-2'), undefined, 'the centre ends a run')
    t.equal(first([-0.2, -0.1, 0, 0.1, 0.2, 0.3], 'nelson-3'), 5)
    t.equal(first([-0.2, -0.1, 0, 0, 0.2, 0.3], 'nelson-3'), undefined, 'equal values end a trend')
    t.equal(first(repeat(7, 0.1, -0.1), 'nelson-4'), 13)
    t.equal(first([0, 2.1, 0, 2.1], 'nelson-5'), 3)
    t.equal(first([2.1, 0, 0.5, 2.1, -2.1], 'nelson-5'), undefined, 'the other side does not count')
    t.equal(first([0, 1.1, 1.1, 1.1, 0, 1.1], 'nelson-6'), 5)
    t.equal(first(repeat(15, 0.3), 'nelson-7'), 14)
    t.equal(first(repeat(4, 1.1, -1.1), 'nelson-8'), 7)
    t.equal(first(repeat(7, 0.5), 'aiag-2', 'aiag'), 6)
    t.equal(first(repeat(8, 0.5), 'montgomery-2', 'montgomery'), 7)
    t.equal(first(repeat(8, 0.5), 'western-electric-4', 'western-electric'), 7)
    t.equal(first([0, 2.1, -2.1], 'westgard-r-4s', 'westgard'), 2)
    t.equal(first([2.1, 2.1], 'westgard-2-2s', 'westgard'), 1)
    t.equal(first(repeat(4, -1.1), 'westgard-4-1s', 'westgard'), 3)
    t.equal(first(repeat(10, -0.1), 'westgard-10x', 'westgard'), 9)
  },
)

t.test('2 of 3 speaks after two points only where partial windows are asked for', async (t) => {
  t.strictSame(flagRules([2.1, 2.2], standard), [])
  t.strictSame(flagRules([2.1, 2.2], { ...standard, window: 'partial' }), [
    { index: 1, rule: 'nelson-5' },
  ])
})

const tenths = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 60 })
const names = fc.constantFrom(...(Object.keys(ruleSets) as (keyof typeof ruleSets)[]))

t.test('another unit of measure changes no flag', async () => {
  fc.assert(
    fc.property(
      tenths,
      names,
      fc.constantFrom(0.001, 0.3, 25.4, 1e6),
      fc.integer({ min: -1000, max: 1000 }),
      (values, rules, scale, shift) => {
        const moved = values.map((value) => (value / 10) * scale + shift * scale)
        const options = { centre: shift * scale, sigma: scale, rules }
        const before = flagRules(
          values.map((value) => value / 10),
          { centre: 0, sigma: 1, rules },
        )
        return JSON.stringify(flagRules(moved, options)) === JSON.stringify(before)
      },
    ),
  )
})

t.test(
  'a point at a time is flagged as the whole series, from the window of its rules alone',
  async () => {
    fc.assert(
      fc.property(tenths, names, (values, rules) => {
        const options = { centre: 0, sigma: 10, rules }
        const behind = pointsBehind(ruleSets[rules])
        const online = values.flatMap((_, index) => {
          const start = Math.max(0, index - behind)
          const window = values.slice(start, index + 1)
          return flagRules(window, { ...options, from: index - start }).map(({ rule }) => ({
            index,
            rule,
          }))
        })
        return JSON.stringify(online) === JSON.stringify(flagRules(values, options))
      }),
    )
  },
)

t.test('no number and no spread are refused', async (t) => {
  const code = (values: number[], options: object) => {
    try {
      flagRules(values, { ...standard, ...options })
      return undefined
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  t.equal(code([1, Number.NaN], {}), 'SPC_VALUE_INVALID')
  t.equal(code([1, Number.POSITIVE_INFINITY], {}), 'SPC_VALUE_INVALID')
  t.equal(code([1, 1], { sigma: 0 }), 'SPC_SIGMA_ZERO')
  t.equal(code([1, 2], { sigma: [1] }), 'SPC_SIGMA_ZERO')
  t.strictSame(flagRules([], standard), [])
})
