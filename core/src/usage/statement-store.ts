import type { Knex } from 'knex'
import { measuredUnits } from './priced-units.ts'
import type { Usage } from './statement.ts'

export interface ClosedStatement {
  readonly party: string
  readonly month: string
  /** Canonical JSON, as it was signed. */
  readonly body: string
  readonly jws: string
}

/** Whose usage: a tenant's, or that of the plugins in these npm scopes (`@acme`). */
export type Whose = { readonly tenant: string } | { readonly scopes: readonly string[] }

interface Part {
  readonly table: string
  readonly kind: string
  readonly by: string
  readonly sum: string
  /** Only what has a price for it. */
  readonly priced?: string
}

/** What the host measures stands in a statement where it has a price, of calls that were answered. */
const measured = Object.entries(measuredUnits).map(([unit, sum]) => ({
  table: 'usage_hours',
  kind: `'${unit}' as unit`,
  by: '',
  sum,
  priced: unit,
}))

const parts: readonly Part[] = [
  { table: 'usage_hours', kind: 'status_class as status', by: ', status_class', sum: 'sum(calls)' },
  { table: 'usage_units', kind: 'unit', by: ', unit', sum: 'sum(units)' },
  ...measured,
]

/** All that was counted in a month, one line a name. */
export async function readUsed(
  knex: Knex,
  whose: Whose,
  { month, from, to }: { month: string; from: string; to: string },
): Promise<readonly Usage[]> {
  const lines: Usage[] = []
  for (const { table, kind, by, sum, ...part } of parts) {
    const query = knex(table)
      .where('hour', '>=', from)
      .where('hour', '<', to)
      .select('tenant', 'app', 'subscription', 'plugin', 'operation', 'version', 'price')
      .select(knex.raw(`service || '@' || major as service, ${kind}, ${sum}::text as quantity`))
      .groupByRaw(
        `tenant, app, subscription, plugin, operation, version, price, service, major${by}`,
      )
    if (part.priced !== undefined) {
      query.where({ status_class: '2xx' }).whereLike('price', `% ${part.priced}`)
    }
    if ('tenant' in whose) query.where({ tenant: whose.tenant })
    else query.whereRaw("split_part(plugin, '/', 1) = any(?)", [[...whose.scopes]])
    for (const { price, ...row } of await query) {
      lines.push({ month, ...row, ...(price === '' ? {} : { price }) })
    }
  }
  return lines
}

/** The marketplace gives scopes to publishers. */
export async function scopesOf(knex: Knex, publisher: string): Promise<readonly string[]> {
  const rows = await knex('publisher_scopes').where({ publisher }).orderBy('scope').select('scope')
  return rows.map(({ scope }) => scope)
}

export async function findStatement(
  knex: Knex,
  party: string,
  month: string,
): Promise<ClosedStatement | undefined> {
  return knex('usage_statements').where({ party, month }).first('party', 'month', 'body', 'jws')
}

/** Those of a party, the newest first. */
export async function listStatements(
  knex: Knex,
  party: string,
  limit: number,
): Promise<readonly ClosedStatement[]> {
  return knex('usage_statements')
    .where({ party })
    .orderBy('month', 'desc')
    .limit(limit)
    .select('party', 'month', 'body', 'jws')
}

/** One at a time a party: a correction is in one statement. */
export async function lockParty(trx: Knex.Transaction, party: string): Promise<void> {
  await trx.raw("select pg_advisory_xact_lock(hashtextextended('usage statement ' || ?, 0))", [
    party,
  ])
}

export async function insertStatement(
  trx: Knex.Transaction,
  statement: ClosedStatement,
): Promise<void> {
  await trx('usage_statements').insert(statement)
}
