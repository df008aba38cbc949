import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  behindOf,
  inOrder,
  MOST_AFTER,
  newPoints,
  planAppend,
  type SentPoint,
} from '../../src/spc/append-plan.ts'
import { flagChart } from '../../src/spc/chart-flags.ts'
import type { ChartKind } from '../../src/spc/chart-kinds.ts'
import { drawChart, usualDefinition } from '../../src/spc/control-chart.ts'
import type { AlarmRow, ChartRow, NewPoint } from '../../src/spc/spc-rows.ts'

const chartOf = (kind: ChartKind, version = 1): ChartRow => ({
  chart: 'c',
  definition: { ...usualDefinition, kind },
  rules: 'nelson',
  item: null,
  characteristic: null,
  unit: null,
  lsl: null,
  usl: null,
  target: null,
  auto_freeze: null,
  limits_version: version,
  revision: 1,
  centre: version === 0 ? null : 0,
  sigma: version === 0 ? null : 10,
})

/** What the tables would hold, appended to as the service does. */
class Kept {
  points: NewPoint[] = []
  readonly alarms: AlarmRow[] = []
  duplicates = 0

  append(chart: ChartRow, sent: readonly SentPoint[]) {
    const points = newPoints(chart, sent)
    const [first] = points
    if (!first) return
    const ids = new Set(points.map(({ point }) => point))
    const before = this.points.filter((row) => inOrder(row, first) < 0).slice(-behindOf(chart))
    const after = this.points.filter((row) => inOrder(row, first) >= 0)
    const plan = planAppend(chart, points, {
      known: this.points.filter(({ point }) => ids.has(point)),
      before,
      after: after.slice(0, MOST_AFTER),
      alarms: this.alarms.filter(({ at }) => at >= first.at),
    })
    const states = new Map(plan.restated.map(({ point, state }) => [point, state]))
    this.points = [
      ...this.points.map((row) => ({ ...row, state: states.get(row.point) ?? row.state })),
      ...plan.added,
    ].sort(inOrder)
    this.alarms.push(...plan.alarms)
    this.duplicates += plan.duplicates
    return plan
  }
}

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const sent = (value: number, minute: number): SentPoint => ({ at: at(minute), values: [value] })

t.test('in order, some at a time, alarms are those of the whole chart', async () => {
  const numbers = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 50 })
  const kinds = fc.constantFrom<ChartKind>('i-mr', 'ewma', 'cusum')
  fc.assert(
    fc.property(kinds, numbers, fc.integer({ min: 1, max: 7 }), (kind, values, step) => {
      const chart = chartOf(kind)
      const kept = new Kept()
      for (let i = 0; i < values.length; i += step) {
        kept.append(
          chart,
          values.slice(i, i + step).map((value, j) => sent(value, i + j)),
        )
      }
      const drawn = drawChart(chart.definition, { centre: 0, sigma: 10 }, kept.points)
      const wanted = flagChart(chart.definition, 'nelson', drawn).map(
        ({ index, rule, drawing }) =>
          `${index} ${drawing === 'location' ? rule : `${drawing}-${rule}`}`,
      )
      const places = new Map(kept.points.map(({ point }, index) => [point, index]))
      const found = kept.alarms.map(({ point, rule }) => `${places.get(point)} ${rule}`)
      return JSON.stringify(found.sort()) === JSON.stringify(wanted.sort())
    }),
  )
})

t.test(
  'points that come in any order end as the chart in order, and raise no alarm twice',
  async () => {
    const numbers = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 40 })
    const kinds = fc.constantFrom<ChartKind>('i-mr', 'ewma', 'cusum')
    fc.assert(
      fc.property(
        kinds,
        numbers,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (kind, values, keys) => {
          const chart = chartOf(kind)
          const inTime = values.map((value, minute) => sent(value, minute))
          const late = inTime
            .map((point) => ({ point, key: keys.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ point }) => point)
          const [ordered, shuffled] = [new Kept(), new Kept()]
          for (const point of inTime) ordered.append(chart, [point])
          for (const point of late) shuffled.append(chart, [point, point])
          const raised = shuffled.alarms.map(({ point, rule }) => `${point} ${rule}`)
          const rounded = (kept: Kept) =>
            JSON.stringify(
              kept.points.map(({ point, state }) => [
                point,
                Object.entries(state).map(([k, v]) => [k, v?.toFixed(9)]),
              ]),
            )
          return (
            rounded(ordered) === rounded(shuffled) &&
            new Set(raised).size === raised.length &&
            shuffled.duplicates === values.length &&
            ordered.alarms.every(({ point, rule }) => raised.includes(`${point} ${rule}`))
          )
        },
      ),
    )
  },
)

t.test('an id is one point: again it is passed over, with other values refused', async (t) => {
  const kept = new Kept()
  const chart = chartOf('i-mr')
  kept.append(chart, [{ ...sent(1, 0), point: 'a' }])
  kept.append(chart, [{ ...sent(1, 0), point: 'a' }])
  t.equal(kept.points.length, 1)
  t.throws(() => kept.append(chart, [{ ...sent(2, 0), point: 'a' }]), {
    code: 'SPC_POINT_CONFLICT',
  })
  t.throws(() => kept.append(chart, [{ ...sent(1, 9), point: 'a' }]), {
    code: 'SPC_POINT_CONFLICT',
  })
  kept.append(chart, [
    { ...sent(2, 0), point: 'b' },
    { ...sent(2, 0), gauge: 'G-1' },
  ])
  t.equal(kept.points.length, 3, 'one instant may have several points')
  t.throws(() => kept.append(chart, [{ at: 'yesterday', values: [1] }]), {
    code: 'SPC_TIME_INVALID',
  })
})

t.test('a late point among points of former limits is kept and not judged', async (t) => {
  const kept = new Kept()
  kept.append(chartOf('ewma', 0), [sent(1, 0), sent(99, 2)])
  t.strictSame(kept.alarms, [], 'no limits, no alarm')
  const plan = kept.append(chartOf('ewma'), [sent(99, 1)])
  t.match(plan, { late: 1, alarms: [] })
  t.match(plan?.added, [{ limits_version: 0 }])
  kept.append(chartOf('ewma'), [sent(5, 3)])
  t.match(kept.points.at(-1)?.state, { smoothed: 1 }, 'sums begin anew')
})

t.test('a point before a thousand others is too late', async (t) => {
  const chart = chartOf('i-mr')
  const kept = new Kept()
  const many = Array.from({ length: MOST_AFTER }, (_, minute) => sent(minute % 7, minute + 1))
  kept.append(chart, many)
  t.throws(() => kept.append(chart, [sent(1, 0)]), { code: 'SPC_POINT_TOO_LATE' })
})
