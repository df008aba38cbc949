import type { Cell } from './cells.ts'
import { askProvider } from './custom-check.ts'
import type { CheckDefinition, Finding, NotAssessedReason, Value } from './data-check-types.ts'
import { rowJudge } from './evaluate-rows.ts'
import type { DataChecksPort } from './ports.ts'
import {
  added,
  type PlannedDataset,
  partsOf,
  type RunPlan,
  type RunProgress,
  type RunStep,
  SCAN_ROWS,
  spanOf,
  tallyOf,
} from './run-plan.ts'
import {
  badRowsSql,
  memoryRowsSql,
  type RowSpan,
  rowsSql,
  type SqlText,
  scanSql,
} from './scan-sql.ts'
import {
  agreementSql,
  differencesSql,
  duplicatesSql,
  orphansSql,
  referenceSql,
  uniqueSql,
} from './set-sql.ts'
import { MAX_SHOWN, shownRow, shownValue } from './shown-row.ts'
import { cellsOfSlots, type Slot, slotsOf } from './slots.ts'
import { columnOf } from './validate-check.ts'
import { askWhole } from './whole-step.ts'

export interface BadRow {
  readonly check: string
  readonly place: number
  readonly shown: Readonly<Record<string, Value>>
}

export interface StepOutcome {
  readonly progress: RunProgress
  readonly badRows: readonly BadRow[]
}

type Port = DataChecksPort

/** Does a piece of a step that fits into one call, and says where the run stands then. */
export async function advance(
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
    case 'unique':
      return unique(plan, step.check, progress, ctx)
    case 'reference':
      return reference(plan, step.check, progress, ctx)
    case 'agree':
      return agree(plan, step.check, progress, ctx)
    case 'whole':
      return {
        progress: next(added(progress, step.check, await askWhole(plan, step.check, ctx), 0)),
        badRows: [],
      }
  }
}

export async function ask<Row>(
  ctx: Pick<Port, 'db'>,
  { sql, parameters }: SqlText,
): Promise<readonly Row[]> {
  return (await ctx.db.query<Row>(sql, parameters)).rows
}

/** On to the following step; `at` below any row begins it. */
function next(progress: RunProgress): RunProgress {
  return { ...progress, step: progress.step + 1, at: 0 }
}

function movedTo(progress: RunProgress, at: number, end: number): RunProgress {
  return at >= end ? next(progress) : { ...progress, at }
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

type SlotRow = Readonly<Record<Slot, unknown>> & { readonly seq: number; readonly x: unknown }

function shownRows(
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
  if (check.rule !== 'custom') return rows.map(rowJudge(check, { definition }))
  if (rows.length === 0) return []
  const verdict = await askProvider(check, definition, rows, ctx)
  if (typeof verdict === 'string') return verdict
  return rows.map((_, at) =>
    verdict.ignored.has(at) ? 'ignored' : verdict.unexpected.has(at) ? 'fails' : 'passes',
  )
}

/** What could not be looked at to its end was not assessed: half a result would be a wrong one. */
function withReason(
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

function wholeSpan({ definition: { dataset }, from, to }: PlannedDataset, tenant: string): RowSpan {
  return { tenant, dataset, from, to }
}

interface Counts {
  readonly assessed: number | string
  readonly unexpected: number | string
}

function findingOf(counts: Counts | undefined): Finding {
  return { assessed: Number(counts?.assessed ?? 0), unexpected: Number(counts?.unexpected ?? 0) }
}

async function unique(
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const span = wholeSpan(plan, ctx.tenant)
  const part = { part: before.at, parts: partsOf(plan) }
  const finding = findingOf(
    (await ask<Counts>(ctx, uniqueSql(check, plan.definition, span, part)))[0],
  )
  const groups = Math.floor((MAX_SHOWN - tallyOf(before, check).shown) / 2)
  const ends =
    finding.unexpected > 0 && groups > 0
      ? await ask<{ first: number; last: number }>(
          ctx,
          duplicatesSql(check, plan.definition, span, part, groups),
        )
      : []
  const badRows = await rowsBy(
    plan,
    check,
    ends.flatMap(({ first, last }) => [Number(first), Number(last)]),
    before,
    ctx,
  )
  return {
    progress: movedTo(added(before, check, finding, badRows.length), part.part + 1, part.parts),
    badRows,
  }
}

async function rowsBy(
  plan: RunPlan,
  check: CheckDefinition,
  numbers: readonly number[],
  progress: RunProgress,
  ctx: Port,
): Promise<BadRow[]> {
  if (numbers.length === 0) return []
  const rows = await ask<SlotRow>(
    ctx,
    rowsSql(plan.definition, wholeSpan(plan, ctx.tenant), numbers),
  )
  const bySeq = new Map(rows.map((row) => [Number(row.seq), row]))
  // In the order in which they were named: the two of a pair stand together.
  return shownRows(
    plan,
    check,
    numbers.flatMap((seq) => bySeq.get(seq) ?? []),
    progress,
  )
}

async function reference(
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const other = plan.others[check.otherDataset ?? '']
  if (!other)
    return { progress: next(withReason(before, check, 'OTHER_DATASET_MISSING')), badRows: [] }
  const chunk = chunkOf(plan, before, ctx.tenant, SCAN_ROWS)
  const rows = { definition: other.definition, span: wholeSpan(other, ctx.tenant) }
  const finding = findingOf(
    (await ask<Counts>(ctx, referenceSql(check, plan.definition, chunk, rows)))[0],
  )
  const room = MAX_SHOWN - tallyOf(before, check).shown
  const first =
    finding.unexpected > 0 && room > 0
      ? await ask<{ first: number }>(ctx, orphansSql(check, plan.definition, chunk, rows, room))
      : []
  const badRows = await rowsBy(
    plan,
    check,
    first.map((row) => Number(row.first)),
    before,
    ctx,
  )
  return {
    progress: movedTo(added(before, check, finding, badRows.length), chunk.to, plan.to),
    badRows,
  }
}

async function agree(
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const other = plan.others[check.otherDataset ?? '']
  if (!other)
    return { progress: next(withReason(before, check, 'OTHER_DATASET_MISSING')), badRows: [] }
  const [own, others] = [plan, other].map((data) => ({
    definition: data.definition,
    span: wholeSpan(data, ctx.tenant),
  })) as [OtherSpan, OtherSpan]
  const finding = findingOf((await ask<Counts>(ctx, agreementSql(check, own, others)))[0])
  const rows =
    finding.unexpected > 0
      ? await ask<Record<string, Value>>(ctx, differencesSql(check, own, others, MAX_SHOWN))
      : []
  const badRows = rows.map((row, place) => ({
    check: check.check,
    place,
    shown: shownDifference(plan, check, row),
  }))
  return { progress: next(added(before, check, finding, rows.length)), badRows }
}

type OtherSpan = { readonly definition: RunPlan['definition']; readonly span: RowSpan }

/** Both measures of a key; what is sensitive in one dataset is masked for the other, too. */
function shownDifference(
  { definition, others }: RunPlan,
  {
    columns = [],
    column = '',
    otherDataset = '',
    otherColumn = '',
    otherColumns = [],
  }: CheckDefinition,
  row: Readonly<Record<string, Value>>,
) {
  const other = others[otherDataset]?.definition ?? definition
  const shown = (value: Value | undefined, own: string, theirs: string) => {
    const [left, right] = [columnOf(definition, own), columnOf(other, theirs)]
    const sensitive = Boolean(left.sensitive || right.sensitive)
    return shownValue(storedCell(value), { ...left, sensitive })
  }
  const keys = columns.map((name, at) => [name, shown(row[`k${at}`], name, otherColumns[at] ?? '')])
  return {
    values: { ...Object.fromEntries(keys), [column]: shown(row['own'], column, otherColumn) },
    other: { dataset: otherDataset, value: shown(row['other'], column, otherColumn) },
  }
}

/** What a statement answers of a slot, as a cell. */
function storedCell(value: Value | undefined): Cell {
  if (value === null || value === undefined) return { is: 'null' }
  return typeof value === 'number'
    ? { is: 'number', number: value }
    : { is: 'text', text: String(value) }
}
