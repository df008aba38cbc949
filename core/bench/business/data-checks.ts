import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Company } from '../../test/support/company.ts'

const SERVICE = 'quality.data@1'
const dataset = 'bench-orders'
/** Rows that one statement makes. */
const FILLED = 1_000_000
const MIB = 1024 * 1024

const columns = [
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
]

type Fields = Readonly<Record<string, unknown>>

/** What a dataset of orders is asked for; further checks are ranges, each with a bound of its own. */
const usual: readonly Fields[] = [
  ...['id', 'amount', 'total', 'at', 'number', 'customer', 'status', 'mail'].map((column) => ({
    rule: 'not-null',
    column,
  })),
  ...['amount', 'tax', 'total', 'at', 'paid'].map((column) => ({ rule: 'type', column })),
  { rule: 'pattern', column: 'number', pattern: '^SO-\\d{10}$' },
  { rule: 'pattern', column: 'customer', pattern: '^C\\d{1,6}$' },
  { rule: 'format', column: 'mail', format: 'email' },
  { rule: 'length', column: 'number', min: 13, max: 13 },
  { rule: 'one-of', column: 'status', values: ['new', 'paid', 'shipped'] },
  { rule: 'sum', column: 'total', columns: ['amount', 'tax'], tolerance: 0.005 },
  {
    rule: 'compare',
    column: 'amount',
    other: 'total',
    comparison: '<=',
    where: [{ column: 'status', values: ['paid', 'shipped'] }],
  },
  { rule: 'unique', columns: ['id'] },
  { rule: 'unique', columns: ['number'] },
  { rule: 'fresh' },
  { rule: 'volume', min: 1 },
  { rule: 'drift', column: 'amount', method: 'psi' },
]

const fieldsOf = (at: number): Fields =>
  usual[at] ?? {
    rule: 'between',
    column: ['amount', 'tax', 'total', 'id'][at % 4],
    min: at % 10,
    max: 1e9 + at,
  }

/** Some rows of each hundred are bad, as rows are: missing, of the wrong type, out of range. */
const fillSql = `insert into data_rows (tenant, dataset, seq, n1, n2, n3, n4, n5, n6, t1, t2, t3, t4, x)
  select $3, '${dataset}', i, i, case when i % 97 = 0 then null else i % 1000 end, i % 7, i % 1000 + i % 7,
    1.7e12 + i * 1000.0, i % 2, 'SO-' || lpad(i::text, 10, '0'), 'C' || i % 50000,
    (array['new', 'paid', 'shipped', 'lost?'])[1 + i % 4], case when i % 89 = 0 then 'nobody' else 'c' || i % 50000 || '@example.com' end,
    case when i % 97 = 0 then '{"n2":"n/a"}'::jsonb end
  from generate_series($1::bigint, $2::bigint - 1) as s (i)`

/**
 * From the call that starts a run to its last result. The rows are put into the plugin's table by the owner of the database:
 * how fast they come in by batches is not what is measured.
 */
export async function dataChecks(
  company: Company,
  pluginUrl: string,
  wanted: { readonly rows: number; readonly checks: number },
): Promise<Readonly<Record<string, unknown>>> {
  await company.ask(SERVICE, 'defineDataset', {
    dataset,
    columns,
    watermark: 'at',
    maxAgeMinutes: 1440,
  })
  for (let at = 0; at < wanted.checks; at++)
    await company.ask(SERVICE, 'defineCheck', { check: `bench-${at}`, dataset, ...fieldsOf(at) })
  const owner = new pg.Client({ connectionString: pluginUrl })
  await owner.connect()
  try {
    await fill(owner, company.tenant, wanted.rows)
    const before = performance.now()
    const { run } = await company.ask(SERVICE, 'run', { dataset })
    const { state, keys } = await ended(company, owner, run)
    const seconds = (performance.now() - before) / 1000
    const items = await results(company, wanted.checks)
    return {
      data_checks: wanted.checks,
      data_rows: wanted.rows,
      data_checks_s: Math.round(seconds * 10) / 10,
      data_checks_state: state,
      data_checks_assessed: items.reduce((sum, { assessed }) => sum + assessed, 0),
      data_checks_unexpected: items.reduce((sum, { unexpected }) => sum + unexpected, 0),
      data_rows_mib: await sizeOf(owner, 'data_rows'),
      data_keys_peak_mib: keys,
    }
  } finally {
    await owner.end()
  }
}

async function fill(owner: pg.Client, tenant: string, rows: number): Promise<void> {
  const { rows: found } = await owner.query<{ schemaname: string }>(
    `select schemaname from pg_tables where tablename = 'data_rows'`,
  )
  await owner.query(`set search_path = ${found[0]?.schemaname}`)
  for (let from = 0; from < rows; from += FILLED)
    await owner.query(fillSql, [from, Math.min(rows, from + FILLED), tenant])
  await owner.query('vacuum analyze data_rows')
  // Half of the rows are new to the run: what is compared with the rows before has both.
  await owner.query(
    'update data_sets set next_row = $3, checked_row = $4 where tenant = $1 and dataset = $2',
    [tenant, dataset, rows, Math.floor(rows / 2)],
  )
}

async function ended(company: Company, owner: pg.Client, run: string) {
  let keys = 0
  for (;;) {
    const { items } = await company.ask(SERVICE, 'runs', { dataset, limit: 1 })
    if (items[0]?.run !== run) throw new Error(`another run than ${run}: ${items[0]?.run}`)
    if (items[0].state !== 'running') return { state: items[0].problem ?? items[0].state, keys }
    keys = Math.max(keys, await sizeOf(owner, 'data_run_keys'))
    await delay(250)
  }
}

async function results(company: Company, checks: number) {
  const all: { readonly assessed: number; readonly unexpected: number }[] = []
  for (let at = 0; at < checks; at++) {
    const { items } = await company.ask(SERVICE, 'results', { check: `bench-${at}`, limit: 1 })
    all.push(...items)
  }
  return all
}

/** With its indexes. */
async function sizeOf(owner: pg.Client, table: string): Promise<number> {
  const { rows } = await owner.query<{ bytes: string }>(
    'select pg_total_relation_size($1::text::regclass) as bytes',
    [table],
  )
  return Math.round(Number(rows[0]?.bytes) / MIB)
}
