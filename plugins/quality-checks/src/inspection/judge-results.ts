import { Refusal } from '@signalbox/sdk'
import { computedResults } from './computed-results.ts'
import { requireGauge } from './gauge-check.ts'
import type { Found, InspectionTest } from './inspection-test.ts'
import { judgeValue } from './judge-value.ts'
import { requirePhotos } from './photos.ts'
import type { Characteristic } from './plan-definition.ts'
import type {
  Bench,
  Defect,
  JudgedResults,
  Known,
  Measurement,
  RefusedResult,
  Result,
} from './result.ts'
import { tallied } from './tally.ts'

/** Clocks of scanners and gauges differ by so much at most. */
const CLOCK_SKEW_MS = 5 * 60_000

/**
 * What each of some results is, and how the tests stand with them. A result that cannot be taken is answered with the
 * reason, and does not keep those behind it in a queue.
 */
export function judgeResults(bench: Bench, results: readonly Result[]): JudgedResults {
  const rows: Measurement[] = []
  const repeated: string[] = []
  const refused: RefusedResult[] = []
  let { tests } = bench
  const known = [...bench.known]
  for (const result of results) {
    if (known.some(({ id }) => id === result.id)) {
      repeated.push(result.id)
      continue
    }
    try {
      const row = measured({ ...bench, tests, known }, result)
      rows.push(row)
      tests = withRow(tests, row)
      noted(known, row)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.push({ id: result.id, code: error.code, message: error.message })
    }
  }
  const computed = computedResults({ plan: bench.plan, tests, known, rows })
  for (const row of computed.rows) tests = withRow(tests, row)
  return {
    rows: [...rows, ...computed.rows],
    tests,
    repeated,
    refused: [...refused, ...computed.refused],
  }
}

function noted(known: Known[], row: Measurement): void {
  const replaced = known.findIndex(({ id }) => id === row.corrects)
  const old = known[replaced]
  if (old !== undefined) known[replaced] = { ...old, isCorrected: true }
  known.push({ ...row, isCorrected: false })
}

function measured(bench: Bench, result: Result): Measurement {
  const characteristic = requireCharacteristic(bench, result)
  const place = placeOf(bench, characteristic, result)
  const judged = judgeValue(characteristic, { ...result, inspected: place.inspected })
  requireWithinStage(bench, result, place, judged.defects)
  requirePhotos(result, bench.photos)
  const measuredAt = instantOf(bench, result)
  return {
    id: result.id,
    characteristic: characteristic.id,
    ...place,
    ...judged,
    gauge: result.gauge ?? null,
    gaugeWasOverdue: requireGauge(bench, characteristic, result, measuredAt),
    operator: result.operator ?? bench.actor,
    measuredAt,
    photos: result.photos ?? [],
    corrects: result.corrects ?? null,
    reason: result.reason ?? null,
  }
}

function requireCharacteristic(
  { plan, tests }: Bench,
  { characteristic: id }: Result,
): Characteristic {
  const found = plan.characteristics.find((characteristic) => characteristic.id === id)
  if (found !== undefined && tests.some((test) => test.characteristic === id)) return found
  throw new Refusal(
    'CHARACTERISTIC_UNKNOWN',
    `This inspection does not look at ${id}: see its tests.`,
  )
}

type Place = Pick<Measurement, 'sample' | 'ordinal' | 'inspected'>

/** Which items of the sample a result is of. */
function placeOf(bench: Bench, characteristic: Characteristic, result: Result): Place {
  if (result.corrects !== undefined) return correctedPlace(bench, characteristic, result)
  const { inspected = 1 } = result
  const ordinal = 1 + inspectedOf(bench, characteristic)
  if (ordinal + inspected - 1 > bench.lotSize) {
    throw new Refusal(
      'SAMPLE_BEYOND_LOT',
      `The lot has ${bench.lotSize} items, and all were looked at for ${characteristic.id}.`,
    )
  }
  const last = ordinal + inspected - 1
  const sample = result.sample ?? (inspected === 1 ? `#${ordinal}` : `#${ordinal}-${last}`)
  requireSample(bench, characteristic, { ...result, sample })
  return { sample, ordinal, inspected }
}

function inspectedOf({ tests }: Bench, { id }: Characteristic): number {
  return tests.find((test) => test.characteristic === id)?.inspected ?? 0
}

function requireSample(
  { plan, known, serials }: Bench,
  { id }: Characteristic,
  result: Result & { readonly sample: string },
): void {
  const { sample } = result
  const isNamed = result.inspected === undefined || result.inspected === 1
  if (serials !== undefined && isNamed && !serials.has(sample)) {
    throw new Refusal(
      'SERIAL_UNKNOWN',
      `${sample} is no serial number of this lot: send one that is.`,
    )
  }
  if (sample.startsWith('#') && plan.characteristics.some(({ formula }) => formula !== undefined)) {
    throw new Refusal(
      'SAMPLE_REQUIRED',
      'The plan computes from several measurements of an item: name the sample.',
    )
  }
  if (known.some((row) => row.characteristic === id && row.sample === sample)) {
    throw new Refusal(
      'ALREADY_MEASURED',
      `${id} of ${sample} is there: send a correction with its reason.`,
    )
  }
}

function correctedPlace({ known }: Bench, { id }: Characteristic, result: Result): Place {
  const { corrects, reason = '' } = result
  const row = known.find((other) => other.id === corrects)
  if (row === undefined || row.characteristic !== id) {
    throw new Refusal(
      'CORRECTED_UNKNOWN',
      `${corrects} is no measurement of ${id} in this inspection.`,
    )
  }
  if (row.isCorrected) {
    throw new Refusal(
      'ALREADY_CORRECTED',
      `${corrects} was corrected before: correct the newer one.`,
    )
  }
  if (reason.trim() === '') {
    throw new Refusal('REASON_REQUIRED', 'A correction needs its reason.')
  }
  const { sample, ordinal, inspected } = row
  return { sample, ordinal, inspected }
}

/** Of several items together nobody knows which had the defects: they must not lie on both sides of a stage's end. */
function requireWithinStage(
  { tests }: Bench,
  { characteristic }: Result,
  { ordinal, inspected }: Place,
  defects: readonly Defect[],
): void {
  if (inspected === 1 || defects.length === 0) return
  const last = ordinal + inspected - 1
  for (const { plan, characteristic: of } of tests) {
    if (of !== characteristic) continue
    const end = plan.stages.find(({ sampleSize }) => ordinal <= sampleSize && sampleSize < last)
    if (end === undefined) continue
    throw new Refusal(
      'STAGE_CROSSED',
      `A stage of ${characteristic} ends with item ${end.sampleSize}: send items ${ordinal} to ${end.sampleSize} and those behind apart.`,
    )
  }
}

function instantOf({ now, measurableFrom }: Bench, { at }: Result): string {
  const instant = at === undefined ? now : Date.parse(at)
  // Dated back far enough, any gauge was in calibration.
  if (at !== undefined && instant < measurableFrom) {
    throw new Refusal(
      'MEASURED_BEFORE_ARRIVAL',
      `${at} is before the goods arrived: set the clock of the device.`,
    )
  }
  if (instant <= now + CLOCK_SKEW_MS) return new Date(instant).toISOString()
  throw new Refusal('MEASURED_IN_FUTURE', `${at} is to come: set the clock of the device.`)
}

function withRow(tests: readonly InspectionTest[], row: Measurement): readonly InspectionTest[] {
  return tests.map((test) =>
    test.characteristic === row.characteristic ? tallied(test, [foundOf(test, row)]) : test,
  )
}

function foundOf(
  test: InspectionTest,
  { sample, ordinal, inspected, defects, value }: Measurement,
): Found {
  const sum = defects.reduce(
    (total, defect) => total + (defect.class === test.class ? defect.count : 0),
    0,
  )
  const items = Math.min(sum, inspected)
  const count = test.counts === 'items' ? items : sum
  return { sample, ordinal, inspected, items, count, ...(value === null ? {} : { value }) }
}
