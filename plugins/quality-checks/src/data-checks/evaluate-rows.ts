import type { Cell } from './cells.ts'
import { columnOf } from './columns.ts'
import type { CheckDefinition, Finding } from './data-check-types.ts'
import { memoryRule } from './memory-rules.ts'
import { filterTest } from './row-filter.ts'
import { rowTester } from './row-test.ts'
import { wayOf } from './rule-fields.ts'
import { rowRule } from './rule-tests.ts'
import { agreement, type CellRows, placeOf, references, uniqueness } from './set-rules.ts'

export interface RowsOutcome extends Finding {
  /** Places of rows, in their order; none for `agree`, which looks at keys. */
  readonly unexpectedRows: readonly number[]
}

/**
 * A check over rows in memory: the meaning of a check. What PostgreSQL answers for the same rows is held to it by a
 * property of the tests. For rules of the ways rows, memory (but for custom ones) and set.
 * @param other the rows of `otherDataset`
 */
export function evaluateRows(
  check: CheckDefinition,
  data: CellRows,
  other?: CellRows,
): RowsOutcome {
  const chosen = chosenPlaces(data, check.where)
  const outcome = outcomeOf(
    check,
    { ...data, rows: chosen.map((at) => data.rows[at] as readonly Cell[]) },
    other && {
      ...other,
      rows: chosenPlaces(other, check.otherWhere).map((at) => other.rows[at] as readonly Cell[]),
    },
  )
  if (!outcome)
    return { assessed: 0, unexpected: 0, unexpectedRows: [], reason: 'OTHER_DATASET_MISSING' }
  const placed = {
    ...outcome,
    unexpectedRows: outcome.unexpectedRows.map((at) => chosen[at] as number),
  }
  return placed.assessed > 0 ? placed : { ...placed, reason: emptyReason(check, data.rows.length) }
}

function chosenPlaces({ definition, rows }: CellRows, where: CheckDefinition['where']): number[] {
  const isChosen = rowTester(filterTest(where, definition), placeOf(definition))
  return rows.flatMap((cells, at) => (isChosen(cells) ? [at] : []))
}

/** Why a check of rows had nothing to look at. */
export function emptyReason(
  { where }: Pick<CheckDefinition, 'where'>,
  rows: number,
): 'NO_ROWS' | 'ALL_NULL' | 'NOTHING_CHOSEN' {
  if (rows === 0) return 'NO_ROWS'
  return where ? 'NOTHING_CHOSEN' : 'ALL_NULL'
}

function outcomeOf(
  check: CheckDefinition,
  data: CellRows,
  other: CellRows | undefined,
): RowsOutcome | undefined {
  if (check.rule === 'unique') return uniqueness(data, check)
  if (check.rule === 'reference') return other && references(data, other, check)
  if (check.rule === 'agree') return other && agreement(data, other, check)
  const judge = rowJudge(check, data)
  let assessed = 0
  const unexpectedRows: number[] = []
  for (const [at, cells] of data.rows.entries()) {
    const verdict = judge(cells)
    if (verdict === 'ignored') continue
    assessed++
    if (verdict === 'fails') unexpectedRows.push(at)
  }
  return { assessed, unexpected: unexpectedRows.length, unexpectedRows }
}

/** One row at a time: rules of the ways rows and memory. */
export function rowJudge(
  check: CheckDefinition,
  { definition }: Pick<CellRows, 'definition'>,
): (cells: readonly Cell[]) => 'ignored' | 'passes' | 'fails' {
  const place = placeOf(definition)
  if (wayOf(check) === 'memory') {
    const column = columnOf(definition, check.column as string)
    const [at, rule] = [place(column.name), memoryRule(check, column)]
    return (cells) => rule(cells[at] as Cell)
  }
  const { assessed, pass } = rowRule(check, (name) => columnOf(definition, name))
  const [isAssessed, passes] = [rowTester(assessed, place), rowTester(pass, place)]
  return (cells) => (isAssessed(cells) ? (passes(cells) ? 'passes' : 'fails') : 'ignored')
}
