import type { Cell } from './cells.ts'
import { askProvider } from './custom-check.ts'
import type { CheckDefinition } from './data-check-types.ts'
import { rowJudge } from './evaluate-rows.ts'
import type { DataChecksPort } from './ports.ts'
import { filterTest } from './row-filter.ts'
import { rowTester } from './row-test.ts'
import {
  added,
  type RunPlan,
  type RunProgress,
  type RunStep,
  SCAN_ROWS,
  spanOf,
  tallyOf,
} from './run-plan.ts'
import { badRowsSql, memoryRowsSql, type RowSpan, scanSql } from './scan-sql.ts'
import { placeOf } from './set-rules.ts'
import { setStep } from './set-step.ts'
import { MAX_SHOWN } from './shown-row.ts'
import { cellsOfSlots, slotsOf } from './slots.ts'
import {
  ask,
  type BadRow,
  movedTo,
  next,
  type SlotRow,
  type StepOutcome,
  shownRows,
  withReason,
} from './step-outcome.ts'
import { askWhole } from './whole-step.ts'

type Port = DataChecksPort

/** Does a piece of a step that fits into one call, and says where the run stands then. */
export async function advance(
  run: string,
  plan: RunPlan,
  step: RunStep,
  progress: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  switch (step.do) {
    case 'scan':
      return scan(plan, step.checks, progress, ctx)
    case 'memory':
      return inMemory(plan, step.check, progress, ctx)
    case 'set':
      return setStep(run, plan, step.check, progress, ctx)
    case 'whole':
      return whole(plan, step.check, progress, ctx)
  }
}

/** The next rows of the step, at most `size` of them. */
function chunkOf(plan: RunPlan, { at }: RunProgress, tenant: string, size: number): RowSpan {
  const { from, to } = spanOf(plan)
  const first = Math.max(from, at)
  return { tenant, dataset: plan.definition.dataset, from: first, to: Math.min(to, first + size) }
}

async function scan(
  plan: RunPlan,
  checks: readonly CheckDefinition[],
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const { definition } = plan
  const chunk = chunkOf(plan, before, ctx.tenant, SCAN_ROWS)
  const text = scanSql(checks, definition, chunk)
  const [row] = await ask<{ counts: number[] }>(ctx, text)
  let progress = before
  const badRows: BadRow[] = []
  for (const [place, check] of checks.entries()) {
    const [assessed, unexpected] = countsOf(row, text.places[place])
    const room = MAX_SHOWN - tallyOf(before, check).shown
    const bad =
      unexpected > 0 && room > 0
        ? await ask<SlotRow>(ctx, badRowsSql(check, definition, chunk, room))
        : []
    badRows.push(...shownRows(plan, check, bad, before))
    progress = added(progress, check, { assessed, unexpected }, bad.length)
  }
  return { progress: movedTo(progress, chunk.to, plan.to), badRows }
}

/** An aggregate always answers its one row: anything else is a fault, and no count of 0. */
function countsOf(
  row: { readonly counts: readonly number[] } | undefined,
  places: readonly [number, number] | undefined,
): readonly [number, number] {
  const [assessed, unexpected] = (places ?? []).map((place) => row?.counts[place])
  if (assessed === undefined || unexpected === undefined)
    throw new TypeError('a scan did not answer its counts')
  return [Number(assessed), Number(unexpected)]
}

async function inMemory(
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const { definition } = plan
  const span = { ...chunkOf(plan, before, ctx.tenant, plan.to - plan.from) }
  const rows = await ask<SlotRow>(ctx, memoryRowsSql(definition, check, span))
  const last = rows.at(-1)
  // A statement answers so many rows and bytes; the step goes on behind the last of them.
  const end = last === undefined ? span.to : Number(last.seq) + 1
  const slots = slotsOf(definition.columns)
  const cells = rows.map((row) => cellsOfSlots(row, slots))
  const verdicts = await verdictsOf(check, plan, cells, ctx)
  if (typeof verdicts === 'string')
    return { progress: next(withReason(before, check, verdicts)), badRows: [] }
  const bad = rows.filter((_, at) => verdicts[at] === 'fails')
  const kept = bad.slice(0, MAX_SHOWN - tallyOf(before, check).shown)
  const finding = {
    assessed: verdicts.filter((verdict) => verdict !== 'ignored').length,
    unexpected: bad.length,
  }
  return {
    progress: movedTo(added(before, check, finding, kept.length), end, plan.to),
    badRows: shownRows(plan, check, kept, before),
  }
}

async function verdictsOf(
  check: CheckDefinition,
  { definition }: RunPlan,
  rows: readonly (readonly Cell[])[],
  ctx: Port,
) {
  const isChosen = rowTester(filterTest(check.where, definition), placeOf(definition))
  if (check.rule !== 'custom') {
    const judge = rowJudge(check, { definition })
    return rows.map((cells) => (isChosen(cells) ? judge(cells) : 'ignored'))
  }
  const asked = rows.flatMap((cells, at) => (isChosen(cells) ? [at] : []))
  const verdicts = rows.map((): Verdict => 'ignored')
  if (asked.length === 0) return verdicts
  const handed = asked.map((at) => rows[at] as readonly Cell[])
  const answer = await askProvider(check, definition, handed, ctx)
  if (typeof answer === 'string') return answer
  for (const [place, at] of asked.entries()) {
    if (answer.ignored.has(place)) continue
    verdicts[at] = answer.unexpected.has(place) ? 'fails' : 'passes'
  }
  return verdicts
}

type Verdict = ReturnType<ReturnType<typeof rowJudge>>

async function whole(
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const { value: figure, ...none } = tallyOf(before, check)
  const answer = await askWhole(plan, check, { at: before.at, figure }, ctx)
  const tallies = (tally: RunProgress['tallies'][string]) => ({
    ...before,
    tallies: { ...before.tallies, [check.check]: tally },
  })
  return 'finding' in answer
    ? { progress: next(tallies({ ...answer.finding, shown: 0 })), badRows: [] }
    : { progress: { ...tallies({ ...none, value: answer.figure }), at: answer.at }, badRows: [] }
}
