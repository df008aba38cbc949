import type { Cell } from './cells.ts'
import { columnOf } from './columns.ts'
import type { CheckDefinition, Column, Finding, Value } from './data-check-types.ts'
import { dropKeys, type KeptKeys, keepKeys, keptKeySource } from './kept-keys-sql.ts'
import type { DataChecksPort } from './ports.ts'
import { added, type PlannedDataset, type RunPlan, type RunProgress, tallyOf } from './run-plan.ts'
import { rowsSql } from './scan-sql.ts'
import { type SetPiece, setPieces, sidesOf } from './set-pieces.ts'
import { placeOf } from './set-rules.ts'
import {
  countsSql,
  examplesSql,
  type KeySource,
  keysOfRows,
  type Side,
  type SideRows,
} from './set-sql.ts'
import { MAX_SHOWN, shownValue } from './shown-row.ts'
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

type Port = DataChecksPort

/** What a piece of the step is about. */
interface SetStep {
  readonly plan: RunPlan
  readonly check: CheckDefinition
  readonly other: PlannedDataset | undefined
  readonly before: RunProgress
  readonly kept: KeptKeys
}

/** The next piece of a rule over a whole set: unique, reference, agree. */
export async function setStep(
  run: string,
  plan: RunPlan,
  check: CheckDefinition,
  before: RunProgress,
  ctx: Port,
): Promise<StepOutcome> {
  const other = plan.others[check.otherDataset ?? '']
  if (check.otherDataset !== undefined && !other)
    return { progress: next(withReason(before, check, 'OTHER_DATASET_MISSING')), badRows: [] }
  const kept = { tenant: ctx.tenant, run, check: check.check }
  const step = { plan, check, other, before, kept }
  const pieces = setPieces(sidesOf(plan, check))
  const piece = pieces[before.at] as SetPiece
  if (piece.do === 'keep') {
    const rows = rowsOfSide(step, piece.side, piece.rows)
    return {
      progress: movedTo(before, before.at + 1, pieces.length),
      badRows: [],
      writes: [keepKeys(check, piece.side, rows, kept)],
    }
  }
  const { finding, badRows } = await counted(step, sourceOf(step, piece), ctx)
  return {
    progress: movedTo(added(before, check, finding, badRows.length), before.at + 1, pieces.length),
    badRows,
    writes: piece.do === 'count' ? [dropKeys(kept, piece.buckets)] : [],
  }
}

function rowsOfSide(
  { plan, other, kept: { tenant } }: SetStep,
  side: Side,
  { from, to }: { readonly from: number; readonly to: number },
): SideRows {
  const { definition } = side === 'own' ? plan : (other ?? plan)
  return { definition, span: { tenant, dataset: definition.dataset, from, to } }
}

function sourceOf(step: SetStep, piece: Exclude<SetPiece, { do: 'keep' }>): KeySource {
  if (piece.do === 'count') return keptKeySource(step.kept, piece.buckets)
  const sides = sidesOf(step.plan, step.check)
  return (side, parameters) =>
    keysOfRows(step.check, side, rowsOfSide(step, side, sides[side]), parameters)
}

interface Counts {
  readonly assessed: number | string
  readonly unexpected: number | string
}

async function counted(
  step: SetStep,
  keys: KeySource,
  ctx: Port,
): Promise<{ readonly finding: Finding; readonly badRows: readonly BadRow[] }> {
  const { check, before } = step
  const [counts] = await ask<Counts>(ctx, countsSql(check, keys))
  const finding = {
    assessed: Number(counts?.assessed ?? 0),
    unexpected: Number(counts?.unexpected ?? 0),
  }
  const room = MAX_SHOWN - tallyOf(before, check).shown
  // Of a group of equal rows two are shown.
  const examples = check.rule === 'unique' ? Math.floor(room / 2) : room
  if (finding.unexpected === 0 || examples <= 0) return { finding, badRows: [] }
  const found = await ask<Example>(ctx, examplesSql(check, keys, examples))
  const badRows =
    check.rule === 'agree' ? await differences(step, found, ctx) : await rowsShown(step, found, ctx)
  return { finding, badRows }
}

interface Example {
  readonly first: number | string | null
  readonly last?: number | string | null
  readonly own?: number | null
  readonly other?: number | null
}

/** In the order in which they were named: the two of a pair stand together. */
async function rowsShown(
  step: SetStep,
  examples: readonly Example[],
  ctx: Port,
): Promise<BadRow[]> {
  const numbers = examples.flatMap(({ first, last }) =>
    [first, last].flatMap((seq) => (seq === null || seq === undefined ? [] : [Number(seq)])),
  )
  const rows = await rowsBy(step, 'own', numbers, ctx)
  const found = numbers.flatMap((seq) => rows.get(seq) ?? [])
  return shownRows(step.plan, step.check, found, step.before)
}

async function rowsBy(
  step: SetStep,
  side: Side,
  numbers: readonly number[],
  ctx: Port,
): Promise<ReadonlyMap<number, SlotRow>> {
  if (numbers.length === 0) return new Map()
  const { definition, span } = rowsOfSide(step, side, sidesOf(step.plan, step.check)[side])
  const rows = await ask<SlotRow>(ctx, rowsSql(definition, span, numbers))
  return new Map(rows.map((row) => [Number(row.seq), row]))
}

/** Keys on which the two differ, with both measures; what is sensitive in one dataset is masked for the other, too. */
async function differences(
  step: SetStep,
  examples: readonly Example[],
  ctx: Port,
): Promise<BadRow[]> {
  const numbers = (name: 'first' | 'last') =>
    examples.flatMap((example) => (example[name] === null ? [] : [Number(example[name])]))
  const own = await rowsBy(step, 'own', numbers('first'), ctx)
  const others = await rowsBy(step, 'other', numbers('last'), ctx)
  const { shown: kept } = tallyOf(step.before, step.check)
  return examples.map((example, at) => ({
    check: step.check.check,
    place: kept + at,
    shown: shownDifference(
      step,
      { own: own.get(Number(example.first)), other: others.get(Number(example.last)) },
      example,
    ),
  }))
}

function shownDifference(
  { plan, other, check }: SetStep,
  rows: { readonly own: SlotRow | undefined; readonly other: SlotRow | undefined },
  example: Example,
): Record<string, Value> {
  const {
    columns = [],
    otherColumns = [],
    column = '',
    otherColumn = '',
    otherDataset = '',
  } = check
  const theirs = (other ?? plan).definition
  const masked = (left: string, right: string): Column => {
    const [one, two] = [columnOf(plan.definition, left), columnOf(theirs, right)]
    return { ...one, sensitive: Boolean(one.sensitive || two.sensitive) }
  }
  const keys = columns.map((name, at) => {
    const [definition, key, row] = rows.own
      ? [plan.definition, name, rows.own]
      : [theirs, otherColumns[at] ?? '', rows.other]
    return [name, shownValue(cellOf(row, definition, key), masked(name, otherColumns[at] ?? ''))]
  })
  const measure = masked(column, otherColumn)
  const shown = (value: number | null | undefined) => shownValue(numberCell(value), measure)
  return {
    values: { ...Object.fromEntries(keys), [column]: shown(example.own) },
    other: { dataset: otherDataset, value: shown(example.other) },
  }
}

function cellOf(row: SlotRow | undefined, definition: RunPlan['definition'], name: string): Cell {
  if (!row) return { is: 'null' }
  return cellsOfSlots(row, slotsOf(definition.columns))[placeOf(definition)(name)] as Cell
}

function numberCell(value: number | null | undefined): Cell {
  return value === null || value === undefined ? { is: 'null' } : { is: 'number', number: value }
}
