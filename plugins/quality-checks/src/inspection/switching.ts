import type { Statement } from '@signalbox/sdk'
import { firstState, nextSeverity } from '../sampling/next-severity.ts'
import type { SwitchingState } from '../sampling/plan-types.ts'
import { firstSkipLotState, nextSkipLot, type SkipLotState } from '../sampling/skip-lot.ts'
import { scoreGain } from '../sampling/switching-score.ts'
import type { Reason } from '../words/local-text.ts'
import { lotSizeOf } from './draw-tests.ts'
import type { PlannedRow } from './inspection-row.ts'
import { type InspectionTest, isJudged, isRejected } from './inspection-test.ts'
import { type DefectClass, type PlanDefinition, samplingOf } from './plan-definition.ts'
import type { Schemes } from './plan-schemes.ts'
import { stageCount } from './suggestion.ts'

export interface SwitchingRow {
  readonly characteristic: string
  readonly class: DefectClass
  readonly state: SwitchingState
  readonly revision: number
}

export interface SeverityChange {
  readonly from: SwitchingState['severity']
  readonly to: SwitchingState['severity']
  readonly reason: Reason
}

export type SwitchedRow = SwitchingRow & { readonly change?: SeverityChange }

/** What the switching rules know of a supplier and item before a lot is counted. */
export interface Series {
  readonly switching: readonly SwitchingRow[]
  readonly skipLot: { readonly state: SkipLotState; readonly revision: number } | null
  readonly grade: string | null
  /** Of the inspection's plan; none: those that are built in. */
  readonly schemes?: Schemes
}

export const switchingColumns = 'characteristic, class, state, revision'

/**
 * The switching states after an inspection. They follow what the sample said on original inspection, not what a person
 * made of the lot (ISO 2859-1, 9.3): a concession accepts a lot, and its supplier's process is no better for it.
 */
export function switched(row: PlannedRow, { switching, schemes }: Series): readonly SwitchedRow[] {
  const { definition } = row
  if (definition === null) return []
  return row.tests.filter(isSwitching).map((test) => {
    const known = switching.find(
      (other) => other.characteristic === test.characteristic && other.class === test.class,
    )
    const { state = firstState, revision = 0 } = known ?? {}
    const next = nextSeverity(state, {
      accepted: !isRejected(test),
      returned: test.verdict === 'accept-and-return',
      scoreGain: gainOf(test, definition, row.quantity, schemes),
      steadyProduction: definition.allowReduced ?? false,
      authorityAgrees: definition.allowReduced ?? false,
    })
    const [reason] = next.reasons
    return {
      characteristic: test.characteristic,
      class: test.class,
      state: next.state,
      revision,
      ...(reason === undefined ? {} : { change: { from: next.from, to: next.to, reason } }),
    }
  })
}

/** Fixed shares and full inspections have no severity, and a stopped acceptance waits for a person. */
function isSwitching(test: InspectionTest): boolean {
  return test.aql !== null && !test.discontinued && isJudged(test)
}

function gainOf(
  test: InspectionTest,
  plan: PlanDefinition,
  quantity: number,
  schemes: Schemes | undefined,
): number {
  const characteristic = plan.characteristics.find(({ id }) => id === test.characteristic)
  if (characteristic === undefined || test.aql === null || isRejected(test)) return 0
  const { scheme = '', level = 'II' } = samplingOf(plan, characteristic)
  const { severity, aql } = test
  const { type } = test.plan
  const lotSize = lotSizeOf(plan, quantity)
  const request = { scheme, type, level, lotSize, aql, severity }
  return scoreGain(request, test.plan, test.stage, stageCount(test), schemes?.get(scheme))
}

/** The skip-lot state after an inspected lot; undefined where the plan skips none. */
export function skipLotAfter(
  row: PlannedRow,
  { skipLot, grade, schemes }: Series,
): SkipLotState | undefined {
  const { definition } = row
  if (definition?.skipLot !== true) return undefined
  const sampled = row.tests.filter(isSwitching)
  return nextSkipLot(skipLot?.state ?? firstSkipLotState, {
    accepted: !row.tests.some(isRejected),
    withMargin: sampled.every((test) => gainOf(test, definition, row.quantity, schemes) > 0),
    eligible: mayBeSkipped(grade, row.tests),
  }).state
}

/** Only a supplier of grade A, and only while nothing of the item is on tightened inspection (ISO 2859-3, 4). */
export function mayBeSkipped(grade: string | null, tests: readonly InspectionTest[]): boolean {
  return (
    grade === 'A' &&
    tests.every(({ severity, discontinued }) => severity !== 'tightened' && !discontinued)
  )
}

interface SeriesKey {
  readonly supplier: string
  readonly item: string
}

/** Whoever changed one of the states meanwhile made its revision another: then nothing at all is written. */
export function switchingStatement(
  tenant: string,
  { supplier, item }: SeriesKey,
  rows: readonly SwitchedRow[],
  at: string,
): Statement {
  const written = rows.map(({ change, ...row }) => ({
    ...row,
    change: change === undefined ? null : { ...change, at },
  }))
  return {
    sql: `insert into switching_states as s (tenant, supplier, item, characteristic, class, state, last_change, revision, updated_at)
      select $1, $2, $3, r.characteristic, r.class, r.state, nullif(r.change, 'null'), r.revision + 1, $5
        from jsonb_to_recordset($4::jsonb) as r(characteristic text, class text, state jsonb, change jsonb, revision integer)
      on conflict (tenant, supplier, item, characteristic, class) do update
        set state = excluded.state, last_change = coalesce(excluded.last_change, s.last_change),
            revision = excluded.revision, updated_at = excluded.updated_at
      where s.revision = excluded.revision - 1`,
    parameters: [tenant, supplier, item, JSON.stringify(written), at],
    rows: rows.length,
  }
}

export function skipLotStatement(
  tenant: string,
  { supplier, item }: SeriesKey,
  state: SkipLotState,
  revision: number,
  at: string,
): Statement {
  return {
    sql: `insert into skip_lot_states as s (tenant, supplier, item, state, revision, updated_at)
      values ($1, $2, $3, $4, $5::integer + 1, $6)
      on conflict (tenant, supplier, item) do update
        set state = excluded.state, revision = s.revision + 1, updated_at = excluded.updated_at
      where s.revision = $5`,
    parameters: [tenant, supplier, item, JSON.stringify(state), revision, at],
    rows: 1,
  }
}
