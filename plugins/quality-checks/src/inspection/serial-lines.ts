import { Refusal } from '@signalbox/sdk'
import type { Bucket } from '../lots/quantities.ts'
import type { DecisionLine } from './decision.ts'
import { type InspectionTest } from './inspection-test.ts'

export interface SerialEvidence {
  /** Serial numbers that the inspection has; 0: none. */
  readonly serials: number
  /** Where those that the lines name stand. */
  readonly buckets: ReadonlyMap<string, Bucket>
  readonly tests: readonly InspectionTest[]
  /** Of a lot that is screened item by item and not through yet: those that were looked at in full. */
  readonly screened: ReadonlySet<string> | undefined
}

/**
 * Each item of a lot with serial numbers goes by its own: lines name them, or take all that a bucket holds.
 * @param held what each bucket holds before the lines
 * @throws SERIALS_REQUIRED, SERIALS_UNKNOWN, SERIALS_ELSEWHERE, QUANTITY_INVALID, CONCESSION_REQUIRED
 */
export function requireSerials(
  lines: readonly DecisionLine[],
  held: Readonly<Record<Bucket, number>>,
  evidence: SerialEvidence,
): void {
  const places = new Map(evidence.buckets)
  const left = { ...held }
  for (const line of lines) {
    const { from, to, quantity, serials } = line
    if (serials === undefined) {
      if (evidence.serials > 0 && quantity !== left[from]) {
        throw new Refusal('SERIALS_REQUIRED', `The lot has serial numbers: name the ${quantity} that go from ${from} to ${to}.`)
      }
      for (const [serial, place] of places) if (place === from) places.set(serial, to)
    } else {
      requireNamed(line, serials, places, evidence)
    }
    left[from] -= quantity
    left[to] += quantity
  }
}

function requireNamed(
  { from, to, quantity, disposition }: DecisionLine,
  serials: readonly string[],
  places: Map<string, Bucket>,
  { tests, screened }: SerialEvidence,
): void {
  if (new Set(serials).size !== quantity || serials.length !== quantity) {
    throw new Refusal('QUANTITY_INVALID', `${serials.length} serial numbers are named for a quantity of ${quantity}.`)
  }
  for (const serial of serials) {
    const place = places.get(serial)
    if (place === undefined) {
      throw new Refusal('SERIALS_UNKNOWN', `${serial} is no serial number of this inspection.`)
    }
    if (place !== from) {
      throw new Refusal('SERIALS_ELSEWHERE', `${serial} is ${place}, not ${from}: read the inspection again.`)
    }
    if (to === 'accepted' && disposition === undefined) requireSound(serial, tests, screened)
    places.set(serial, to)
  }
}

function requireSound(
  serial: string,
  tests: readonly InspectionTest[],
  screened: ReadonlySet<string> | undefined,
): void {
  if (tests.some(({ found }) => found.some(({ sample }) => sample === serial))) {
    throw new Refusal('CONCESSION_REQUIRED', `${serial} was found not to conform: give a disposition and a reason.`)
  }
  if (screened !== undefined && !screened.has(serial)) {
    throw new Refusal('CONCESSION_REQUIRED', `${serial} was not looked at in full: complete it, or give a disposition and a reason.`)
  }
}
