import type { Statement } from '@signalbox/sdk'
import type { Quantities } from '../lots/quantities.ts'
import { together, totalOf } from '../lots/quantities.ts'
import { applyDecision, type Decision } from './decision.ts'
import { decidedEvents, type EventWish, severityEvents } from './inspection-events.ts'
import type { PlannedRow } from './inspection-row.ts'
import { nextInspectionState } from './inspection-states.ts'
import { isJudged } from './inspection-test.ts'
import { requireSerials, type SerialEvidence } from './serial-lines.ts'
import { type Suggestion, suggest } from './suggestion.ts'
import {
  type Series,
  skipLotAfter,
  skipLotStatement,
  switched,
  switchingStatement,
} from './switching.ts'

/** All that a decision is made from. */
export interface Seen {
  readonly row: PlannedRow
  /** The decision was taken before. */
  readonly isDecided: boolean
  readonly series: Series
  readonly serials: SerialEvidence['buckets']
  /** Items, and serial numbers among those asked for, that were looked at for every screened characteristic. */
  readonly screened: { readonly items: number; readonly samples: readonly string[] }
  /** The other arrivals of the lot at the same operation. */
  readonly others: Quantities
}

export interface DecisionCommand extends Decision {
  /** Something speaks against the goods: whoever uses them is told, also where they are held already. */
  readonly isWarning?: boolean
  readonly id: string
  readonly isAutomatic: boolean
  readonly by: string
  readonly at: string
}

export interface Decided {
  readonly row: PlannedRow
  readonly statements: readonly Statement[]
  readonly events: readonly EventWish[]
}

export function suggestionOf({ row, screened }: Pick<Seen, 'row' | 'screened'>): Suggestion {
  return suggest({
    tests: row.tests,
    quantities: row,
    reworked: row.reworked,
    itemQuantity: row.definition?.itemQuantity ?? 1,
    screenedItems: screened.items,
  })
}

/**
 * What a decision changes, and what it tells.
 * @throws what applyDecision, requireSerials and nextInspectionState throw
 */
export function decided(seen: Seen, command: DecisionCommand, tenant: string): Decided {
  const { row } = seen
  const quantities = applyDecision(row, command, suggestionOf(seen))
  requireSerials(command.lines, row, serialEvidence(seen))
  const state = nextInspectionState(row.state, 'decide', {
    allJudged: row.tests.every(isJudged),
    allDecided: quantities.pending === 0 && quantities.hold === 0,
    someDecided: row.pending < row.quantity,
  })
  const isCounted = row.tests.length > 0 && row.tests.every(isJudged)
  const isFirst = isCounted && !row.isCounted
  const changes = isFirst ? switched(row, seen.series) : []
  const after: PlannedRow = {
    ...row,
    ...quantities,
    state,
    isCounted: row.isCounted || isCounted,
    revision: row.revision + 1,
    decidedAt: state === 'decided' ? command.at : null,
  }
  const lot = together([after, seen.others])
  const facts = {
    ...command,
    decision: command.id,
    row,
    tests: row.tests,
    lot,
    lotQuantity: totalOf(lot),
  }
  return {
    row: after,
    statements: [
      decisionStatement(tenant, row.inspection, command),
      ...serialStatements(row, command),
      ...(changes.length > 0 ? [switchingStatement(tenant, row, changes, command.at)] : []),
      ...(isFirst ? skipLotStatements(seen, tenant, command.at) : []),
    ],
    events: [
      ...decidedEvents(facts),
      ...severityEvents({ ...row, cause: row.inspection }, changes, command.at),
    ],
  }
}

function skipLotStatements(
  { row, series }: Seen,
  tenant: string,
  at: string,
): readonly Statement[] {
  const state = skipLotAfter(row, series)
  if (state === undefined) return []
  return [skipLotStatement(tenant, row, state, series.skipLot?.revision ?? 0, at)]
}

function serialEvidence({ row, serials, screened }: Seen): SerialEvidence {
  const screening = row.tests.filter((test) => test.screening)
  const isThrough = screening.every(isJudged)
  return {
    serials: row.serials,
    buckets: serials,
    tests: row.tests,
    screened: isThrough ? undefined : new Set(screened.samples),
  }
}

/** Whoever decided, recorded or corrected meanwhile made the revision another: then nothing at all is written. */
export function savedStatement(before: PlannedRow, after: PlannedRow): Statement {
  return {
    sql: `update inspections set pending = $3, on_hold = $4, accepted = $5, rejected = $6, state = $7, tests = $8,
            is_counted = $9, decided_at = $10, reworked = $11, revision = revision + 1
          where inspection = $1 and revision = $2`,
    parameters: [
      before.inspection,
      before.revision,
      after.pending,
      after.hold,
      after.accepted,
      after.rejected,
      after.state,
      JSON.stringify(after.tests),
      after.isCounted,
      after.decidedAt,
      after.reworked,
    ],
    rows: 1,
  }
}

export function decisionStatement(
  tenant: string,
  inspection: string,
  { id, lines, reason, isAutomatic, by, at }: DecisionCommand,
): Statement {
  return {
    sql: `insert into inspection_decisions (tenant, inspection, id, lines, reason_code, reason_text, is_automatic, decided_by, decided_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    parameters: [
      tenant,
      inspection,
      id,
      JSON.stringify(lines),
      reason.code,
      reason.text,
      isAutomatic,
      by,
      at,
    ],
  }
}

function serialStatements(row: PlannedRow, { lines }: Decision): readonly Statement[] {
  if (row.serials === 0) return []
  return lines.map(({ from, to, quantity, serials }) => ({
    sql: `update inspection_serials set bucket = $3
           where inspection = $1 and bucket = $2 and ($4::text[] is null or serial = any($4))`,
    parameters: [row.inspection, from, to, serials ?? null],
    rows: quantity,
  }))
}
