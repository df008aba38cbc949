import type { CheckDefinition, DatasetDefinition } from './data-check-types.ts'
import { filterTest } from './row-filter.ts'
import { rowTestSql } from './row-test-sql.ts'
import { type RowSpan, type SqlText, slotNames, spanSql } from './scan-sql.ts'
import { SqlParameters } from './sql-parameters.ts'

/** Rows of a span that the check is about, and the newest instant of a column among them. */
export function figuresSql(
  { where }: Pick<CheckDefinition, 'where'>,
  column: string | undefined,
  definition: DatasetDefinition,
  span: RowSpan,
): SqlText {
  const parameters = new SqlParameters()
  const slotOf = slotNames(definition)
  const newest = column === undefined ? 'null::float8' : `max(r.${slotOf(column)})`
  const isChosen = rowTestSql(filterTest(where, definition), slotOf, parameters)
  return {
    sql: `select count(*) as rows, ${newest} as newest from data_rows r where ${spanSql(span, parameters)} and ${isChosen}`,
    parameters: parameters.values,
  }
}

/** A sample of at most `size` numbers of a column: every k-th row of the span, found by its key, if the check is about it. */
export function sampleSql(
  { where }: Pick<CheckDefinition, 'where'>,
  column: string,
  definition: DatasetDefinition,
  { tenant, dataset, from, to }: RowSpan,
  size: number,
): SqlText {
  const parameters = new SqlParameters()
  const slotOf = slotNames(definition)
  const slot = slotOf(column)
  const step = Math.max(1, Math.ceil((to - from) / size))
  const numbers = [from, to - 1, step].map((value) => parameters.add(value, 'bigint')).join(', ')
  const sql = `select coalesce(array_agg(r.${slot} order by r.seq), '{}') as sample from generate_series(${numbers}) as s (seq)
    join data_rows r on r.tenant = ${parameters.add(tenant, 'text')} and r.dataset = ${parameters.add(dataset, 'text')} and r.seq = s.seq
    where r.${slot} is not null and ${rowTestSql(filterTest(where, definition), slotOf, parameters)}`
  return { sql, parameters: parameters.values }
}
