import type { Knex } from 'knex'
import type { MeterSum } from './meter-ledger.ts'

/** Rows of one statement. */
const BATCH = 1000

/** Adds to what is there, in one order for all nodes: they wait for each other instead of locking each other out. */
export async function addUnits(knex: Knex, sums: readonly MeterSum[]): Promise<void> {
  const ordered = [...sums].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  await knex.transaction(async (trx) => {
    for (let from = 0; from < ordered.length; from += BATCH) {
      await trx.raw(
        `insert into metered_units as m
                (tenant, day, plugin, version, principal, operation, unit, units, calls)
         select tenant, day, plugin, version, principal, operation, unit, units, calls
           from jsonb_to_recordset(?) as r (tenant text, day date, plugin text, version text,
                principal text, operation text, unit text, units numeric, calls bigint)
         on conflict (tenant, day, plugin, version, principal, operation, unit) do update
            set units = m.units + excluded.units, calls = m.calls + excluded.calls`,
        [JSON.stringify(ordered.slice(from, from + BATCH))],
      )
    }
  })
}

function keyOf({ tenant, day, plugin, version, principal, operation, unit }: MeterSum): string {
  return [tenant, day, plugin, version, principal, operation, unit].join('\0')
}

export interface MeteredQuery {
  readonly tenant: string
  readonly plugin: string | undefined
  /** Days in UTC, both included. */
  readonly from: string
  readonly to: string
  readonly limit: number
}

export interface MeteredRow {
  readonly plugin: string
  readonly principal: string
  readonly operation: string
  readonly unit: string
  /** Exact beyond what a JSON number holds, therefore as text. */
  readonly units: string
  readonly calls: number
}

/** Sums of all days and versions, the largest number of calls first. */
export async function sumUnits(knex: Knex, query: MeteredQuery): Promise<MeteredRow[]> {
  const { tenant, plugin, from, to, limit } = query
  const names = ['plugin', 'principal', 'operation', 'unit']
  const sums = knex('metered_units')
    .where({ tenant })
    .whereBetween('day', [from, to])
    .groupBy(names)
    .select(names)
    .select(knex.raw('sum(units)::text as units'), knex.raw('sum(calls)::bigint as calls'))
    .orderBy([{ column: 'calls', order: 'desc' }, ...names.map((column) => ({ column }))])
    .limit(limit)
  if (plugin !== undefined) sums.where({ plugin })
  const rows = await sums
  return rows.map((row) => ({ ...row, calls: Number(row.calls) }))
}
