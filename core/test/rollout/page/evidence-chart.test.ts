import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { lineOf } from '../../../src/rollout/page/evidence-chart.js'

const at = (second: number) => new Date(1_800_000_000_000 + second * 1000).toISOString()

t.test('evidence is drawn between nothing and the abort line, evenly in logarithms', async (t) => {
  const points = [
    { at: at(0), e: 0.2 },
    { at: at(5), e: 10 },
    { at: at(10), e: 5000 },
  ]
  t.same(lineOf(points, 100), [
    { x: 0, y: 0 },
    { x: 0.5, y: 0.5 },
    { x: 1, y: 1 },
  ])
})

t.test('whatever the points, the line stays in the chart and runs to the right', async (t) => {
  const row = fc.record({ gap: fc.nat(1e6), e: fc.double({ min: 0, max: 1e15, noNaN: true }) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      let second = 0
      const points = rows.map(({ gap, e }) => {
        second += gap
        return { at: at(second), e }
      })
      const line = lineOf(points, 100)
      return line.every(
        ({ x, y }, index) =>
          x >= (line[index - 1]?.x ?? 0) && x <= 1 && y >= 0 && y <= 1 && !Number.isNaN(y),
      )
    }),
  )
  t.same(lineOf([], 100), [])
})
