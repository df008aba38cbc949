import type { Statement } from '@signalbox/sdk'
import type { CheckDefinition, NotAssessedReason, Value } from './data-check-types.ts'
import type { DataChecksPort } from './ports.ts'
import { type RunPlan, type RunProgress, tallyOf } from './run-plan.ts'
import type { SqlText } from './scan-sql.ts'
import { shownRow } from './shown-row.ts'
import { cellsOfSlots, type Slot, slotsOf } from './slots.ts'

export interface BadRow {
  readonly check: string
  readonly place: number
  readonly shown: Readonly<Record<string, Value>>
}

export interface StepOutcome {
  readonly progress: RunProgress
  readonly badRows: readonly BadRow[]
  /** What is written with the progress, or not at all: so a step that is done twice leaves what one does. */
  readonly writes?: readonly Statement[]
}

/** A row as a statement answers it. */
export type SlotRow = Readonly<Record<Slot, unknown>> & {
  readonly seq: number
  readonly x: unknown
}

export async function ask<Row>(
  ctx: Pick<DataChecksPort, 'db'>,
  { sql, parameters }: SqlText,
): Promise<readonly Row[]> {
  return (await ctx.db.query<Row>(sql, parameters)).rows
}

/** On to the following step; `at` below any row begins it. */
export function next(progress: RunProgress): RunProgress {
  return { ...progress, step: progress.step + 1, at: 0 }
}

export function movedTo(progress: RunProgress, at: number, end: number): RunProgress {
  return at >= end ? next(progress) : { ...progress, at }
}

/** What could not be looked at to its end was not assessed: half a result would be a wrong one. */
export function withReason(
  progress: RunProgress,
  { check }: CheckDefinition,
  reason: NotAssessedReason,
): RunProgress {
  const shown = progress.tallies[check]?.shown ?? 0
  return {
    ...progress,
    tallies: { ...progress.tallies, [check]: { assessed: 0, unexpected: 0, shown, reason } },
  }
}

/** Bad rows behind those that are kept of the check already. */
export function shownRows(
  { definition }: RunPlan,
  check: CheckDefinition,
  rows: readonly SlotRow[],
  progress: RunProgress,
): BadRow[] {
  const slots = slotsOf(definition.columns)
  const { shown: first } = tallyOf(progress, check)
  return rows.map((row, at) => ({
    check: check.check,
    place: first + at,
    shown: shownRow(check, definition, cellsOfSlots(row, slots), Number(row.seq)),
  }))
}
