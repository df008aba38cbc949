import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { excursionsOf, type Reading } from '../src/sensors/excursions.ts'
import {
  meanKineticTemperature,
  timedMeanKineticTemperature,
} from '../src/sensors/mean-kinetic-temperature.ts'
import { type AlarmRow, LONGEST_GAP_MS, planAlarms } from '../src/sensors/plan-alarms.ts'
import type { MembershipRow } from '../src/trace/event-links.ts'
import { staysOf } from '../src/trace/stays.ts'

const minute = 60_000
const reading = (m: number, value: number, low = value, high = value): Reading => ({
  at: m * minute,
  value,
  low,
  high,
})
const cold = { lower: 2, upper: 8, hysteresis: 0.5, allowedMinutes: 0 }

t.test('mean kinetic temperature is that of USP <1079>', (t) => {
  // By hand: 10000 / -ln((e^(-10000/278.15) + e^(-10000/298.15)) / 2) - 273.15.
  const two =
    10_000 / -Math.log((Math.exp(-10_000 / 278.15) + Math.exp(-10_000 / 298.15)) / 2) - 273.15
  t.ok(Math.abs(meanKineticTemperature([5, 25]) - two) < 1e-9)
  t.ok(Math.abs(two - 19.698) < 0.001, `${two}`)
  const temperatures = fc.array(fc.double({ min: -80, max: 60, noNaN: true }), {
    minLength: 1,
    maxLength: 50,
  })
  fc.assert(
    fc.property(temperatures, (all) => {
      const mean = all.reduce((sum, one) => sum + one, 0) / all.length
      const kinetic = meanKineticTemperature(all)
      return kinetic >= mean - 1e-9 && kinetic <= Math.max(...all) + 1e-9
    }),
  )
  const even = [5, 25, 9, 5].map((value, i) => ({ at: i * minute, value }))
  const denser = [...even, { at: 1.5 * minute, value: 17 }].sort((a, b) => a.at - b.at)
  const [one = 0, other = 0] = [even, denser].map((all) =>
    timedMeanKineticTemperature(all, LONGEST_GAP_MS),
  )
  t.ok(Math.abs(one - other) < 1.5, 'readings that come more often count for less time each')
  t.equal(timedMeanKineticTemperature([], LONGEST_GAP_MS), undefined)
  t.ok(Math.abs((timedMeanKineticTemperature([{ at: 0, value: 7 }], 1) ?? 0) - 7) < 1e-9)
  t.end()
})

t.test('minutes outside follow the line between readings, and no gap is bridged', (t) => {
  const of = (...readings: Reading[]) => excursionsOf(readings, cold, LONGEST_GAP_MS)
  t.strictSame(of(reading(0, 7), reading(10, 9), reading(20, 7)), [
    { since: 5 * minute, until: 20 * minute, last: 20 * minute, worst: 9, minutes: 10 },
  ])
  t.match(of(reading(0, 9), reading(10, 8.1), reading(20, 7.8), reading(30, 8.2)), [
    { since: 0, last: 30 * minute, worst: 9 },
  ])
  t.equal(
    of(reading(0, 9), reading(10, 7.8), reading(20, 9)).length,
    1,
    'inside by less than the hysteresis',
  )
  t.equal(of(reading(0, 9), reading(10, 7.5), reading(20, 9)).length, 2)
  t.match(of(reading(0, 9), reading(600, 5)), [{ minutes: 60 }], 'a reading holds for an hour')
  t.match(of(reading(0, 5), reading(600, 9)), [{ since: 600 * minute, minutes: 0 }])
  t.match(of(reading(0, 5, 4, 12)), [{ worst: 12, minutes: 0 }], 'an extreme of the device')
  t.match(
    of(reading(0, 1), reading(10, 20), reading(20, 5)),
    [{ worst: 20 }],
    'from below to above',
  )
  t.strictSame(of(reading(0, 2), reading(10, 8)), [], 'the limits themselves are inside')
  t.end()
})

t.test('however readings come in, the same excursions are told of, each once', (t) => {
  const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 25 })
  const limit = { ...cold, id: 'L', scope: 'all', value: '', measure: 'temperature' } as const
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.nat()), (given, stream) => {
      const all = given.map((value, i) => reading(10 * i, value))
      const draw = () => stream.next().value as number
      const order = all.map((one) => [draw(), one] as const).sort(([a], [b]) => a - b)
      const twice = [...order, ...order.slice(0, draw() % order.length)]
      const kept = new Map<number, Reading>()
      const told = new Map<string, AlarmRow>()
      for (const [, one] of twice) {
        kept.set(one.at, one)
        const sorted = [...kept.values()].sort((a, b) => a.at - b.at)
        const plan = planAlarms('S', sorted, [limit], [...told.values()])
        for (const alarm of plan.changed) told.set(alarm.alarm, alarm)
        for (const { alarm } of plan.raised) {
          if (told.has(alarm.alarm)) return false
          told.set(alarm.alarm, alarm)
        }
      }
      // Readings that came between may have made one of several that were told of; none was left out.
      const whole = excursionsOf(all, limit, LONGEST_GAP_MS)
      return whole.every(({ since, last }) =>
        [...told.values()].some(({ since_ms, last_ms }) => since <= last_ms && last >= since_ms),
      )
    }),
  )
  t.end()
})

t.test('times inside do not depend on the order in which they were told', (t) => {
  const row = fc.record({
    parent: fc.constantFrom('https://id.gs1.org/00/1', 'https://id.gs1.org/00/2'),
    child: fc.constantFrom('a', 'b', '*'),
    kind: fc.constant('aggregation' as const),
    action: fc.constantFrom('ADD' as const, 'OBSERVE' as const, 'DELETE' as const),
    at_ms: fc.integer({ min: 0, max: 30 }),
    event: fc.uuid(),
    step: fc.constant(null),
  })
  const real = ({ child, action }: MembershipRow) => child !== '*' || action === 'DELETE'
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (rows, stream) => {
      const given: readonly MembershipRow[] = rows.filter(real)
      const shuffled = given
        .map((one) => [stream.next().value as number, one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one)
      const text = (all: readonly MembershipRow[]) =>
        staysOf(all)
          .map((stay) => JSON.stringify(stay))
          .sort()
          .join()
      const stays = staysOf(given)
      const isOrdered = stays.every(({ from, until = Infinity }) => from <= until)
      const isInOnePlace = stays.every((one) =>
        stays.every(
          (other) =>
            one === other ||
            one.child !== other.child ||
            (one.until ?? Infinity) <= other.from ||
            (other.until ?? Infinity) <= one.from,
        ),
      )
      return text(given) === text(shuffled) && isOrdered && isInOnePlace
    }),
  )
  t.end()
})
