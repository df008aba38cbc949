import { type RowSpan, type SqlText, spanSql } from './scan-sql.ts'
import type { Slot } from './slots.ts'
import { SqlParameters } from './sql-parameters.ts'

/** The newest instant of a column. */
export function newestSql(slot: Slot, span: RowSpan): SqlText {
  const parameters = new SqlParameters()
  return {
    sql: `select max(r.${slot}) as newest from data_rows r where ${spanSql(span, parameters)}`,
    parameters: parameters.values,
  }
}

/** A sample of at most `size` numbers of a column: every k-th row of the span, found by its key. */
export function sampleSql(
  slot: Slot,
  { tenant, dataset, from, to }: RowSpan,
  size: number,
): SqlText {
  const parameters = new SqlParameters()
  const step = Math.max(1, Math.ceil((to - from) / size))
  const numbers = [from, to - 1, step].map((value) => parameters.add(value, 'bigint')).join(', ')
  const sql = `select coalesce(array_agg(r.${slot} order by r.seq), '{}') as sample from generate_series(${numbers}) as s (seq)
    join data_rows r on r.tenant = ${parameters.add(tenant, 'text')} and r.dataset = ${parameters.add(dataset, 'text')} and r.seq = s.seq
    where r.${slot} is not null`
  return { sql, parameters: parameters.values }
}
