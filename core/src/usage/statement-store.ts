import type { Knex } from 'knex'
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

/** All that was counted in a month, one line a name. */
export async function readUsed(
  knex: Knex,
  whose: Whose,
  { month, from, to }: { month: string; from: string; to: string },
): Promise<readonly Usage[]> {
  const parts = [
    { table: 'usage_hours', kind: 'status_class as status', sum: 'calls' },
    { table: 'usage_units', kind: 'unit', sum: 'units' },
  ]
  const lines: Usage[] = []
  for (const { table, kind, sum } of parts) {
    const query = knex(table)
      .where('hour', '>=', from)
      .where('hour', '<', to)
      .select('tenant', 'app', 'subscription', 'plugin', 'operation', 'version', 'price')
      .select(
        knex.raw(`service || '@' || major as service, ${kind}, sum(${sum})::text as quantity`),
      )
      .groupByRaw(
        `tenant, app, subscription, plugin, operation, version, price, service, major, ${kind.split(' ')[0]}`,
      )
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
