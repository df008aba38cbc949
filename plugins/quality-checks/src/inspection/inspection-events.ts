import type { Context } from '@signalbox/sdk'
import type { Bucket, Quantities } from '../lots/quantities.ts'
import { sumOf, totalOf } from '../lots/quantities.ts'
import type { AttributePlan } from '../sampling/plan-types.ts'
import type { Reason } from '../words/local-text.ts'
import type { Decision, DecisionLine } from './decision.ts'
import type { InspectionRow } from './inspection-row.ts'
import {
  countFound,
  type InspectionTest,
  isJudged,
  isRejected,
  itemsFound,
} from './inspection-test.ts'
import type { SwitchedRow } from './switching.ts'

type Transaction = Context['db']['transaction']
export type EventWish = NonNullable<NonNullable<Parameters<Transaction>[1]>['events']>[number]

/** Goods of own production have no supplier; the switching rules know them by this name. */
const OWN_PRODUCTION = 'own-production'
/** Reasons in events are one paragraph. */
const REASON_LENGTH = 500

/** What each event of a lot says first. */
function lotOf(row: InspectionRow, quantity: number) {
  return {
    lot: row.lot,
    item: row.item,
    ...(row.supplier === '' ? {} : { supplier: row.supplier }),
    quantity,
    unit: row.unit,
    ...(row.location === null ? {} : { location: row.location }),
    ...(row.origin === 'receipt' ? { receipt: row.document } : {}),
    ...(row.purchaseOrder === null ? {} : { purchaseOrder: row.purchaseOrder }),
    ...(row.orders.length === 0 ? {} : { orders: row.orders }),
  }
}

export function createdEvent(row: InspectionRow, at: string): EventWish {
  const strictest = strictestTest(row.tests)
  return {
    type: 'quality.inspection.created',
    key: row.lot,
    id: `created:${row.inspection}`,
    data: {
      inspection: row.inspection,
      ...lotOf(row, row.quantity),
      ...(row.plan === null ? {} : { plan: row.plan, planVersion: row.planVersion }),
      ...(strictest === undefined
        ? {}
        : { severity: severityOf(row.tests), sampling: samplingOf(strictest.plan) }),
      skipped: !row.wasInspected,
      ...resubmitted(row),
      createdAt: at,
    },
  }
}

/** Reworked goods: neither switching nor the score of the supplier counts them once more. */
function resubmitted({ origin }: InspectionRow) {
  return origin === 'rework' ? { resubmitted: true } : {}
}

function samplingOf({ scheme, letter, stages }: AttributePlan) {
  const [first] = stages
  return {
    scheme,
    letter,
    sampleSize: first?.sampleSize ?? 0,
    accept: first?.accept ?? null,
    reject: first?.reject ?? null,
  }
}

interface Held {
  readonly reason: Reason
  /** What held it: once for each. */
  readonly by: string
  readonly at: string
  /** The lot with all of its arrivals, after it. */
  readonly lot: Quantities
}

export function heldEvent(
  row: InspectionRow,
  held: number,
  { reason, by, at, lot }: Held,
): EventWish {
  return {
    type: 'quality.lot.held',
    key: row.lot,
    id: `held:${row.inspection}:${by}`,
    data: { ...lotOf(row, totalOf(lot)), held, quantities: quantitiesOf(lot), reason, at },
  }
}

/** All that a decision tells: itself, and what of the lot it releases, rejects or holds. */
export interface DecidedFacts {
  readonly row: InspectionRow
  readonly decision: string
  readonly lines: readonly DecisionLine[]
  readonly reason: Decision['reason']
  readonly isWarning?: boolean
  readonly tests: readonly InspectionTest[]
  /** Of the lot with all of its arrivals, after the decision. */
  readonly lot: Quantities
  readonly lotQuantity: number
  readonly by: string
  readonly at: string
}

export function decidedEvents(facts: DecidedFacts): readonly EventWish[] {
  const { lines, isWarning = false } = facts
  // What is pending is known to be held; only that something speaks against it is news.
  const held = lines.filter(({ from, to }) => to === 'hold' && (isWarning || from === 'accepted'))
  return [
    decidedEvent(facts),
    ...byDisposition(facts, 'accepted').map((part) => partEvent(facts, 'released', part)),
    ...byDisposition(facts, 'rejected').map((part) => partEvent(facts, 'rejected', part)),
    ...(held.length === 0 ? [] : [recalledEvent(facts, held)]),
  ]
}

interface Part {
  readonly quantity: number
  readonly disposition: string | undefined
  readonly serials: readonly string[]
}

/** One event for each disposition: what is scrapped and what goes back are two things to do. */
function byDisposition({ lines }: DecidedFacts, to: Bucket): readonly Part[] {
  const moved = lines.filter((line) => line.to === to)
  return [...new Set(moved.map(({ disposition }) => disposition))].map((disposition) => {
    const part = moved.filter((line) => line.disposition === disposition)
    return {
      quantity: sumOf(part.map(({ quantity }) => quantity)),
      disposition,
      serials: part.flatMap(({ serials = [] }) => serials),
    }
  })
}

function rejectedInAll({ lines }: DecidedFacts): number {
  return sumOf(lines.filter(({ to }) => to === 'rejected').map(({ quantity }) => quantity))
}

function partEvent(facts: DecidedFacts, word: 'released' | 'rejected', part: Part): EventWish {
  const { row, decision, reason, tests, at } = facts
  const { quantity, disposition, serials } = part
  return {
    type: `quality.lot.${word}`,
    key: row.lot,
    id: `${word}:${row.inspection}:${decision}:${disposition ?? 'accept'}`,
    data: {
      ...lotOf(row, facts.lotQuantity),
      [word]: quantity,
      ...(serials.length === 0 ? {} : { serials }),
      quantities: quantitiesOf(facts.lot),
      ...(disposition === undefined ? {} : { disposition }),
      decision,
      ...(word === 'released'
        ? {}
        : {
            inspection: row.inspection,
            rejectedInAll: rejectedInAll(facts),
            defects: defectsOf(tests),
            reason: reason.text.slice(0, REASON_LENGTH),
          }),
      at,
    },
  }
}

function recalledEvent(facts: DecidedFacts, lines: readonly DecisionLine[]): EventWish {
  const { row, reason, decision, at, lot } = facts
  const short = (text: string) => text.slice(0, REASON_LENGTH)
  const text = { en: short(reason.text), 'zh-CN': short(reason.chinese ?? reason.text) }
  const held = sumOf(lines.map(({ quantity }) => quantity))
  return heldEvent(row, held, { reason: { code: reason.code, text }, by: decision, at, lot })
}

function decidedEvent(facts: DecidedFacts): EventWish {
  const { row, decision, lines, reason, tests, lot, by, at } = facts
  const moved = (to: Bucket) =>
    sumOf(lines.filter((line) => line.to === to).map(({ quantity }) => quantity))
  const dispositions = new Set(lines.map(({ disposition = 'accept' }) => disposition))
  const [disposition] = dispositions
  const isHeld = lines.every(({ to }) => to === 'hold')
  const judged = tests.length > 0 && tests.every(isJudged)
  return {
    type: 'quality.inspection.decided',
    key: row.lot,
    id: `decided:${row.inspection}:${decision}`,
    data: {
      inspection: row.inspection,
      decision,
      ...lotOf(row, facts.lotQuantity),
      accepted: moved('accepted'),
      rejected: moved('rejected'),
      quantities: quantitiesOf(lot),
      // Several in one decision: each is in its own event of the lot.
      ...(dispositions.size === 1 && !isHeld ? { disposition } : {}),
      final: lot.pending === 0 && lot.hold === 0,
      ...resubmitted(row),
      ...(judged ? { lotAccepted: !tests.some(isRejected) } : {}),
      ...(tests.length === 0 ? {} : { severity: severityOf(tests) }),
      nonconforming: itemsFound(tests),
      inspected: Math.max(0, ...tests.map(({ inspected }) => inspected)),
      defects: defectsOf(tests),
      by,
      ...(reason.text === '' ? {} : { reason: reason.text.slice(0, REASON_LENGTH) }),
      decidedAt: at,
    },
  }
}

interface Switch {
  readonly supplier: string
  readonly item: string
  /** The inspection, or what else changed it: once for each change. */
  readonly cause: string
  readonly lot?: string
}

export function severityEvents(
  { item, cause, lot, ...of }: Switch,
  rows: readonly SwitchedRow[],
  at: string,
): readonly EventWish[] {
  const supplier = of.supplier === '' ? OWN_PRODUCTION : of.supplier
  return rows.flatMap(({ characteristic, class: defects, change }) => {
    if (change === undefined) return []
    const { from, to, reason } = change
    return [
      {
        type: 'quality.severity.changed',
        key: `${supplier}/${item}`.slice(0, 200),
        id: `severity:${cause}:${characteristic}/${defects}`,
        data: {
          supplier,
          item,
          characteristic: `${characteristic}/${defects}`,
          ...{ from, to, reason },
          ...(lot === undefined ? {} : { lot }),
          at,
        },
      },
    ]
  })
}

/** In the words of events. */
function quantitiesOf({ accepted, rejected, hold, pending }: Quantities) {
  return { accepted, rejected, held: hold, pending }
}

const strictness = ['reduced', 'normal', 'tightened'] as const

function strictestTest(tests: readonly InspectionTest[]): InspectionTest | undefined {
  return tests.toSorted(
    (a, b) => strictness.indexOf(b.severity) - strictness.indexOf(a.severity),
  )[0]
}

export function severityOf(tests: readonly InspectionTest[]) {
  if (tests.some(({ discontinued }) => discontinued)) return 'discontinued'
  return strictestTest(tests)?.severity ?? 'normal'
}

/** As many as an event may name; the worst first. */
const MAX_DEFECTS = 50

export function defectsOf(tests: readonly InspectionTest[]) {
  return tests
    .map((test) => ({ code: test.characteristic, class: test.class, count: countFound(test) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_DEFECTS)
}
