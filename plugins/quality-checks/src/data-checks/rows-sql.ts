import type { SqlText } from './scan-sql.ts'
import { SLOTS } from './slots.ts'
import { SqlParameters } from './sql-parameters.ts'

const names = [
  ...Array.from({ length: SLOTS.n }, (_, at) => ({ name: `n${at + 1}`, type: 'double precision' })),
  ...Array.from({ length: SLOTS.t }, (_, at) => ({ name: `t${at + 1}`, type: 'text' })),
  { name: 'x', type: 'jsonb' },
]
const slots = names.map(({ name }) => name).join(', ')
const typed = names.map(({ name, type }) => `${name} ${type}`).join(', ')

/** Rows from `first` on: one text for every dataset, so that a host judges it once. */
export function insertRowsSql(
  tenant: string,
  dataset: string,
  first: number,
  rows: readonly Record<string, unknown>[],
): SqlText {
  const parameters = new SqlParameters()
  const sql = `insert into data_rows (tenant, dataset, seq, ${slots})
    select ${parameters.add(tenant, 'text')}, ${parameters.add(dataset, 'text')}, ${parameters.add(first, 'bigint')} + place - 1, ${slots}
    from rows from (jsonb_to_recordset(${parameters.add(JSON.stringify(rows), 'jsonb')}) as (${typed})) with ordinality as r (${slots}, place)`
  return { sql, parameters: parameters.values }
}
