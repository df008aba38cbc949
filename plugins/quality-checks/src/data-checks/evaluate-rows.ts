import type { Cell } from './cells.ts'
import type { CheckDefinition, Finding } from './data-check-types.ts'
import { memoryRule } from './memory-rules.ts'
import { rowTester } from './row-test.ts'
import { wayOf } from './rule-fields.ts'
import { rowRule } from './rule-tests.ts'
import { agreement, type CellRows, placeOf, references, uniqueness } from './set-rules.ts'
import { columnOf } from './validate-check.ts'

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
  const outcome = outcomeOf(check, data, other)
  if (!outcome)
    return { assessed: 0, unexpected: 0, unexpectedRows: [], reason: 'OTHER_DATASET_MISSING' }
  return outcome.assessed > 0 ? outcome : { ...outcome, reason: emptyReason(data.rows.length) }
}

/** Why a check of rows had nothing to look at. */
export function emptyReason(rows: number): 'NO_ROWS' | 'ALL_NULL' {
  return rows === 0 ? 'NO_ROWS' : 'ALL_NULL'
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
