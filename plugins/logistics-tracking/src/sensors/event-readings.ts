import { fullName, type Prefixes } from '../epcis/context.ts'
import type { EpcisEvent } from '../epcis/document.ts'
import { type EventRow, instantOf, keysOf } from '../epcis/event-row.ts'
import { standardName } from '../epcis/standard-names.ts'
import { canonicalKey } from '../identifiers/digital-link.ts'
import { kindOfKey } from '../identifiers/kind-of-key.ts'
import type { Reading } from './excursions.ts'
import { inUnit, type Measure, measureOf } from './measure.ts'

export interface SeriesKey {
  /** What was measured: a unit or object by its key, or a shipment. */
  readonly subject: string
  /** Empty where the report names none. */
  readonly device: string
  readonly measure: Measure
}

export interface SeriesReading extends SeriesKey, Reading {
  /** The event or report that it is from. */
  readonly source: string
}

/** A sensor on a thousand items says the same of each: so many are watched one by one. */
const MOST_SUBJECTS = 50

/** What the sensors of an event measured. What is none of the watched measures, or in a unit of something else, is passed over. */
export function readingsOf(row: EventRow, prefixes: Prefixes): readonly SeriesReading[] {
  const elements = (row.body['sensorElementList'] ?? []) as readonly EpcisEvent[]
  if (elements.length === 0 || row.declares_error) return []
  const subjects = subjectsOf(row)
  return elements.flatMap((element) => {
    const metadata = (element['sensorMetadata'] ?? {}) as EpcisEvent
    const reports = (element['sensorReport'] ?? []) as readonly EpcisEvent[]
    return reports.flatMap((report) =>
      readingOf(report, metadata, row, prefixes).flatMap((reading) =>
        subjects.map((subject) => ({ ...reading, subject, source: row.event })),
      ),
    )
  })
}

/** Units rather than what is in them. */
function subjectsOf(row: EventRow): readonly string[] {
  const keys = keysOf(row.body).filter(
    ({ role }) => role !== 'transaction' && role !== 'transformation',
  )
  const units = keys.filter(({ key, role }) => role === 'parent' || kindOfKey(key) === 'unit')
  const named = (units.length > 0 ? units : keys).map(({ key }) => key)
  const all = [...new Set(named)].sort()
  if (all.length > 0) return all.slice(0, MOST_SUBJECTS)
  // A store room has no goods of its own: its place is what is watched.
  return row.read_point === null ? [] : [row.read_point]
}

function readingOf(
  report: EpcisEvent,
  metadata: EpcisEvent,
  row: EventRow,
  prefixes: Prefixes,
): readonly Omit<SeriesReading, 'subject' | 'source'>[] {
  const measure = measureOf(standardName('measurement', String(report['type']), prefixes))
  // A component is one direction of several, such as that of a shock: they are no series of one value.
  if (measure === undefined || report['component'] !== undefined) return []
  const unit = String(report['uom'] ?? '')
  const read = (name: string) => {
    const value = report[name]
    return typeof value === 'number' ? inUnit(measure, value, unit) : undefined
  }
  const [low, high, mean] = [read('minValue'), read('maxValue'), read('meanValue')]
  const value = read('value') ?? mean ?? middle(low, high)
  if (value === undefined) return []
  const at = report['time'] ?? metadata['time'] ?? metadata['endTime']
  const device = report['deviceID'] ?? metadata['deviceID']
  return [
    {
      measure,
      at: at === undefined ? row.at_ms : instantOf(at),
      device: typeof device === 'string' ? canonicalKey(fullName(device, prefixes)) : '',
      value,
      low: Math.min(value, low ?? value),
      high: Math.max(value, high ?? value),
    },
  ]
}

function middle(low: number | undefined, high: number | undefined): number | undefined {
  return low === undefined || high === undefined ? (low ?? high) : (low + high) / 2
}

export function seriesName({ subject, device, measure }: SeriesKey): string {
  return `${measure} ${subject} ${device}`
}
