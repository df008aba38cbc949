import type { CheckDefinition, DatasetDefinition } from '../src/data-checks/data-check-types.ts'
import type { DataChecksPort } from '../src/data-checks/ports.ts'
import { wayOf } from '../src/data-checks/rule-fields.ts'
import { continueRun, startRun } from '../src/data-checks/run-service.ts'
import { openTestDatabase, type TestDatabase } from '../test/data-checks/test-database.ts'

const tenant = 'bench'

export const definition: DatasetDefinition = {
  dataset: 'orders',
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'amount', type: 'number' },
    { name: 'tax', type: 'number' },
    { name: 'total', type: 'number' },
    { name: 'at', type: 'timestamp' },
    { name: 'paid', type: 'boolean' },
    { name: 'number', type: 'text' },
    { name: 'customer', type: 'text' },
    { name: 'status', type: 'text' },
    { name: 'mail', type: 'text' },
  ],
  watermark: 'at',
  maxAgeMinutes: 1440,
}

/** Some rows of each hundred are bad, as rows are: missing, of the wrong type, out of range. */
export const fillSql = `insert into data_rows (tenant, dataset, seq, n1, n2, n3, n4, n5, n6, t1, t2, t3, t4, x)
  select '${tenant}', 'orders', i, i, case when i % 97 = 0 then null else i % 1000 end, i % 7, i % 1000 + i % 7,
    1.7e12 + i * 1000.0, i % 2, 'SO-' || lpad(i::text, 10, '0'), 'C' || i % 50000,
    (array['new', 'paid', 'shipped', 'lost?'])[1 + i % 4], case when i % 89 = 0 then 'nobody' else 'c' || i % 50000 || '@example.com' end,
    case when i % 97 = 0 then '{"n2":"n/a"}'::jsonb end
  from generate_series(0, $1::bigint - 1) as s (i)`

type Fields = Omit<CheckDefinition, 'check' | 'dataset'>

/** What a dataset of orders is asked for; further checks are ranges, each with a bound of its own. */
const usual: readonly Fields[] = [
  ...['id', 'amount', 'total', 'at', 'number', 'customer', 'status', 'mail'].map(
    (column): Fields => ({ rule: 'not-null', column }),
  ),
  ...['amount', 'tax', 'total', 'at', 'paid'].map((column): Fields => ({ rule: 'type', column })),
  { rule: 'pattern', column: 'number', pattern: '^SO-\\d{10}$' },
  { rule: 'pattern', column: 'customer', pattern: '^C\\d{1,6}$' },
  { rule: 'format', column: 'mail', format: 'email' },
  { rule: 'length', column: 'number', min: 13, max: 13 },
  { rule: 'one-of', column: 'status', values: ['new', 'paid', 'shipped'] },
  { rule: 'sum', column: 'total', columns: ['amount', 'tax'], tolerance: 0.005 },
  { rule: 'compare', column: 'amount', other: 'total', comparison: '<=' },
  { rule: 'unique', columns: ['id'] },
  { rule: 'unique', columns: ['number'] },
  { rule: 'fresh' },
  { rule: 'volume', min: 1 },
  { rule: 'drift', column: 'amount', method: 'psi' },
]

export function checksOf(count: number): CheckDefinition[] {
  return Array.from({ length: count }, (_, at) => ({
    ...(usual[at] ?? {
      rule: 'between',
      column: ['amount', 'tax', 'total', 'id'][at % 4] as string,
      min: at % 10,
      max: 1e9 + at,
    }),
    check: `c${at}`,
    dataset: 'orders',
  }))
}

/**
 * A run of checks over rows in the plugin's own table on PostgreSQL, from its start to its results, by the code that a host
 * runs; the hops between plugin and host are left out. The rows are made first and not counted.
 */
export async function dataChecksBench({
  rows,
  checks,
}: {
  readonly rows: number
  readonly checks: number
}) {
  const database = await openTestDatabase(['0006-data-checks'])
  try {
    const made = checksOf(checks)
    await fill(database, rows, made)
    const began = performance.now()
    let calls = 1
    const ctx = portOf(database)
    let run = await startRun('orders', 'all', 'bench', ctx)
    for (; run.state === 'running'; calls++) run = await continueRun('bench', ctx)
    const seconds = (performance.now() - began) / 1000
    const { rows: results } = await database.query(
      'select sum(assessed)::float8 as assessed, sum(unexpected)::float8 as unexpected from data_results',
    )
    return {
      data_checks_s: Math.round(seconds * 10) / 10,
      data_checks_rows: rows,
      data_checks: checks,
      data_checks_in_one_scan: made.filter((check) => wayOf(check) === 'rows').length,
      data_checks_state: run.state,
      data_checks_calls: calls,
      data_checks_assessed: results[0].assessed,
      data_checks_unexpected: results[0].unexpected,
    }
  } finally {
    await database.close()
  }
}

async function fill(
  database: TestDatabase,
  rows: number,
  checks: readonly CheckDefinition[],
): Promise<void> {
  const chunk = 1_000_000
  await database.query(fillSql, [Math.min(rows, chunk)])
  for (let from = chunk; from < rows; from += chunk)
    await database.query(
      fillSql.replace(
        'generate_series(0, $1::bigint - 1)',
        'generate_series($2::bigint, $1::bigint - 1)',
      ),
      [Math.min(rows, from + chunk), from],
    )
  await database.query('vacuum analyze data_rows')
  await database.query(
    `insert into data_sets (tenant, dataset, revision, definition, first_row, next_row, checked_row) values ($1, 'orders', 1, $2, 0, $3, $4)`,
    [tenant, JSON.stringify(definition), rows, Math.floor(rows / 2)],
  )
  for (const check of checks)
    await database.query(
      `insert into data_checks (tenant, check_id, dataset, revision, definition) values ($1, $2, 'orders', 1, $3)`,
      [tenant, check.check, JSON.stringify(check)],
    )
}

function portOf(database: TestDatabase): DataChecksPort {
  const ignore = () => undefined
  return {
    db: database,
    tenant,
    now: Date.now,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    jobs: { schedule: async () => ({ id: 'bench' }) },
  } as unknown as DataChecksPort
}
