import type { CheckDefinition, DatasetDefinition, Finding } from './data-check-types.ts'
import { wayOf } from './rule-fields.ts'
import { scanGroups } from './scan-sql.ts'

/** A dataset as a run sees it: its rows from `from` up to `to`, whatever comes meanwhile. */
export interface PlannedDataset {
  readonly definition: DatasetDefinition
  readonly from: number
  readonly to: number
}

/** Kept at the start of a run, so that nothing that is changed meanwhile changes what it says. */
export interface RunPlan extends PlannedDataset {
  readonly scope: 'all' | 'new'
  /** Where the rows begin that no run has looked at. */
  readonly newFrom: number
  readonly checks: readonly CheckDefinition[]
  /** Datasets that checks compare with, by name; those that are not there are left out. */
  readonly others: Readonly<Record<string, PlannedDataset>>
}

export type RunStep =
  | { readonly do: 'scan'; readonly checks: readonly CheckDefinition[] }
  | { readonly do: 'memory' | 'set' | 'whole'; readonly check: CheckDefinition }

/** What is known so far of one check. */
export interface Tally extends Finding {
  /** Bad rows that are kept already. */
  readonly shown: number
}

export interface RunProgress {
  readonly step: number
  /** Where the step goes on: a row, or which piece of a rule over a set. */
  readonly at: number
  readonly tallies: Readonly<Record<string, Tally>>
}

/** About a second of fifty conditions: a statement ends well within the deadline of a call. */
export const SCAN_ROWS = 200_000

/** The steps of a plan, always the same for the same plan: a run that goes on elsewhere finds its place. */
export function stepsOf({ checks, definition }: Pick<RunPlan, 'checks' | 'definition'>): RunStep[] {
  const scanned = checks.filter((check) => wayOf(check) === 'rows')
  const single = checks.flatMap((check): RunStep[] => {
    const way = wayOf(check)
    return way === 'rows' ? [] : [{ do: way, check }]
  })
  return [
    ...scanGroups(scanned, definition).map((group): RunStep => ({ do: 'scan', checks: group })),
    ...single,
  ]
}

/** The rows that checks of single rows look at; rules over the whole set look at all. */
export function spanOf({ scope, from, to, newFrom }: RunPlan): {
  readonly from: number
  readonly to: number
} {
  return { from: scope === 'new' ? Math.max(from, newFrom) : from, to }
}

/**
 * The checks that a run asks: of a run over new rows where there are none, not those about single rows, whose result would only
 * take the place of the one before.
 */
export function askedChecks(
  checks: readonly CheckDefinition[],
  scope: 'all' | 'new',
  span: { from: number; to: number },
  rows: number,
) {
  const isIdle = scope === 'new' && rows > 0 && span.from >= span.to
  const isOfRows = (check: CheckDefinition) =>
    ['rows', 'memory'].includes(wayOf(check)) || check.rule === 'reference'
  return isIdle ? checks.filter((check) => !isOfRows(check)) : checks
}

const NOTHING: Tally = { assessed: 0, unexpected: 0, shown: 0 }

export function tallyOf({ tallies }: RunProgress, check: CheckDefinition): Tally {
  return tallies[check.check] ?? NOTHING
}

export function added(
  progress: RunProgress,
  check: CheckDefinition,
  { assessed, unexpected, ...rest }: Finding,
  shown: number,
): RunProgress {
  const before = tallyOf(progress, check)
  const tally = {
    ...before,
    ...rest,
    assessed: before.assessed + assessed,
    unexpected: before.unexpected + unexpected,
    shown: before.shown + shown,
  }
  return { ...progress, tallies: { ...progress.tallies, [check.check]: tally } }
}
