import { DAY_MS, HOUR_MS } from '../calendar/days.ts'
import { drawTests, lotSizeOf, switchingKey } from '../inspection/draw-tests.ts'
import type { InspectionRow } from '../inspection/inspection-row.ts'
import type { PlanDefinition } from '../inspection/plan-definition.ts'
import type { Schemes } from '../inspection/plan-schemes.ts'
import type { CandidatePlan } from '../inspection/plan-store.ts'
import type { InspectionSettings } from '../inspection/settings.ts'
import { mayBeSkipped, type Series } from '../inspection/switching.ts'
import { firstSkipLotState, isLotInspected } from '../sampling/skip-lot.ts'
import type { Reason } from '../words/local-text.ts'
import type { LotArrival } from './lot-arrival.ts'

/** How often lots of an item and supplier came under a plan. */
export interface History {
  /** Lots before this one. */
  readonly lots: number
  readonly lastInspectedAt: string | null
}

export interface Arrivals {
  readonly plan: CandidatePlan | undefined
  readonly series: Series
  readonly history: History
  readonly schemes: Schemes
}

export interface PlannedArrival {
  readonly row: InspectionRow
  /** Why it is held, or why it needs no inspection. */
  readonly reason: Reason
  readonly isReleased: boolean
}

/** Draws of chance from 0 to 1: for a random frequency and for skip-lot. */
export type Draw = () => number

/** The inspection that an arrival leads to: with its tests, skipped, or of no plan at all. */
export function planArrival(
  arrival: LotArrival,
  inspection: string,
  { plan, series, history, schemes }: Arrivals,
  {
    settings,
    now,
    draw,
  }: { readonly settings: InspectionSettings; readonly now: number; readonly draw: Draw },
): PlannedArrival {
  const bare = bareRow(arrival, inspection, now)
  const isRework = arrival.origin === 'rework'
  if (plan === undefined) {
    const isReleased = settings.withoutPlan === 'release' && !isRework
    return { row: bare, reason: noPlan(isReleased), isReleased }
  }
  const { definition } = plan
  const switching = new Map(
    series.switching.map((row) => [switchingKey(row.characteristic, row.class), row.state]),
  )
  const standing = { schemes, grade: series.grade ?? undefined, switching }
  const tests = drawTests(definition, lotSizeOf(definition, arrival.quantity), standing)
  const row = {
    ...bare,
    plan: plan.plan,
    planVersion: plan.version,
    dueAt: dueAt(definition, now),
  }
  const inspected = { ...row, tests, wasInspected: tests.length > 0 }
  // What was rejected is looked at once more, however often its plan looks at lots.
  if (isRework) return { row: inspected, reason: reasons.REWORKED, isReleased: false }
  if (tests.length === 0) return { row, reason: reasons.NOTHING_TO_INSPECT, isReleased: true }
  const isStrict = tests.some(
    ({ severity, discontinued }) => severity === 'tightened' || discontinued,
  )
  // Where lots were refused of late, none goes by unseen, whatever the plan's frequency.
  const pass = isStrict ? undefined : passOf(definition, history, { now, draw })
  if (pass !== undefined) return { row, reason: pass, isReleased: true }
  if (definition.skipLot === true && mayBeSkipped(series.grade, tests)) {
    const state = series.skipLot?.state ?? firstSkipLotState
    if (!isLotInspected(state, draw()))
      return { row, reason: reasons.LOT_SKIPPED, isReleased: true }
  }
  return { row: inspected, reason: reasons.INSPECTION_DUE, isReleased: false }
}

/** Why the plan's frequency lets this lot pass; undefined: it is inspected. */
function passOf(
  { frequency }: PlanDefinition,
  history: History,
  { now, draw }: { readonly now: number; readonly draw: Draw },
): Reason | undefined {
  const { kind, everyLots, everyDays, percent = 100 } = frequency
  if (kind === 'random') return draw() * 100 < percent ? undefined : reasons.NOT_DRAWN
  if (everyLots !== undefined) return history.lots % everyLots === 0 ? undefined : reasons.NOT_DUE
  if (everyDays === undefined || history.lastInspectedAt === null) return undefined
  const age = now - Date.parse(history.lastInspectedAt)
  return age >= everyDays * DAY_MS ? undefined : reasons.NOT_DUE
}

function dueAt({ dueHours }: PlanDefinition, now: number): string | null {
  return dueHours === undefined ? null : new Date(now + dueHours * HOUR_MS).toISOString()
}

function bareRow(arrival: LotArrival, inspection: string, now: number): InspectionRow {
  const { event: _, measured: _measured, serials, ...facts } = arrival
  return {
    ...facts,
    inspection,
    serials: serials.length,
    pending: arrival.quantity,
    hold: 0,
    accepted: 0,
    rejected: 0,
    reworked: 0,
    plan: null,
    planVersion: null,
    state: 'open',
    wasInspected: false,
    tests: [],
    // The switching rules count lots on original inspection alone (ISO 2859-1, 9.3).
    isCounted: arrival.origin === 'rework',
    revision: 1,
    createdAt: new Date(now).toISOString(),
    dueAt: null,
    decidedAt: null,
  }
}

function noPlan(isReleased: boolean): Reason {
  return isReleased ? reasons.NO_PLAN : reasons.NO_PLAN_HELD
}

const texts = {
  INSPECTION_DUE: ['Held until it is inspected and decided.', '待检：检验判定之前冻结。'],
  NO_PLAN: [
    'No inspection plan is for this item: released at once.',
    '该物料没有检验方案：直接放行。',
  ],
  NO_PLAN_HELD: [
    'No inspection plan is for this item: held until somebody decides.',
    '该物料没有检验方案：冻结，待人工判定。',
  ],
  NOTHING_TO_INSPECT: [
    'Its plan looks at nothing: released at once.',
    '检验方案未要求任何检验：直接放行。',
  ],
  REWORKED: ['Reworked: held until it is inspected again.', '已返工：复检之前冻结。'],
  NOT_DRAWN: [
    'Not drawn for inspection: released by the plan’s frequency.',
    '未抽中：按检验频次放行。',
  ],
  NOT_DUE: [
    'Not due for inspection: released by the plan’s frequency.',
    '未到检验频次：直接放行。',
  ],
  LOT_SKIPPED: ['Skipped by skip-lot inspection.', '按跳批检验规则免检放行。'],
} as const

const reasons = Object.fromEntries(
  Object.entries(texts).map(([code, [en, zh]]) => [code, { code, text: { en, 'zh-CN': zh } }]),
) as unknown as Readonly<Record<keyof typeof texts, Reason>>
