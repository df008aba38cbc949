import { Refusal } from '@signalbox/sdk'
import { gaugeStatus, mayBeFlagged, mayMeasure } from '../gauges/gauge.ts'
import type { Characteristic } from './plan-definition.ts'
import type { Bench, Result } from './result.ts'

/**
 * Whether a gauge may measure, as of the day of the measurement.
 * @returns whether the measurement is to be flagged, where the tenant takes those of overdue gauges
 * @throws GAUGE_REQUIRED, GAUGE_UNKNOWN, GAUGE_OVERDUE, GAUGE_BLOCKED, GAUGE_RETIRED
 */
export function requireGauge(
  { gauges, overdueGauge }: Pick<Bench, 'gauges' | 'overdueGauge'>,
  { id, gaugeRequired = false }: Characteristic,
  { gauge }: Result,
  measuredAt: string,
): boolean {
  if (gauge === undefined) {
    if (!gaugeRequired) return false
    throw new Refusal('GAUGE_REQUIRED', `${id} is measured with a gauge: name it.`)
  }
  const known = gauges.find((other) => other.gauge === gauge)
  if (known === undefined) {
    throw new Refusal('GAUGE_UNKNOWN', `There is no gauge ${gauge}: register it first.`)
  }
  const status = gaugeStatus(known, measuredAt.slice(0, 10))
  if (mayMeasure(status)) return false
  if (mayBeFlagged(status)) {
    if (overdueGauge === 'flag') return true
    const since = known.dueOn === null ? 'was never calibrated' : `was due on ${known.dueOn}`
    throw new Refusal('GAUGE_OVERDUE', `${gauge} ${since}: calibrate it, or measure with another.`)
  }
  const code = status === 'retired' ? 'GAUGE_RETIRED' : 'GAUGE_BLOCKED'
  throw new Refusal(code, `${gauge} is ${status}: measure with another.`)
}
