import type { Knex } from 'knex'
import type { UsageBatch } from './usage-ledger.ts'

/** Rows of one statement. */
const ROWS = 1000

export interface NumberedBatch extends UsageBatch {
  readonly node: string
  /** 1, 2, 3 …: the next one of its node. */
  readonly number: number
  /** How long ago it was taken, in seconds: all before that is in it or in those before. */
  readonly takenS: number
}

export async function insertNode(
  knex: Knex,
  { node, folder }: { node: string; folder: string },
): Promise<void> {
  await knex('usage_nodes').insert({ node, folder, batch: 0 })
}

/**
 * Counts a batch once, however often it is sent: its number is one above the node's last. A node that was taken for
 * lost and speaks is not lost.
 * @param beside what else is written with it
 * @returns false: it was counted before
 */
export async function addBatch(
  knex: Knex,
  batch: NumberedBatch,
  beside: (trx: Knex.Transaction) => Promise<void>,
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const { rowCount } = await trx.raw(
      `update usage_nodes set batch = ?, ended = null, found_at = null,
              marked_at = greatest(marked_at, now() - make_interval(secs => ?))
        where node = ? and batch = ?`,
      [batch.number, batch.takenS, batch.node, batch.number - 1],
    )
    if (rowCount === 0) return false
    for (const calls of chunks(ordered(batch.calls))) await addCalls(trx, calls)
    for (const units of chunks(ordered(batch.units))) await addUnits(trx, units)
    for (const leases of chunks(batch.leases)) await addSpent(trx, leases)
    await beside(trx)
    return true
  })
}

async function addCalls(trx: Knex.Transaction, calls: readonly object[]): Promise<void> {
  await trx.raw(
    `insert into usage_hours as u (subscription, hour, operation, version, status_class, price, tenant, app, service,
            major, plugin, calls, bytes_in, bytes_out, cpu_us)
     select r.subscription, to_timestamp(r.hour / 1000), r.operation, r.version, r."statusClass", r.price, r.tenant,
            r.app, r.service, r.major, r.plugin, r.calls, r."bytesIn", r."bytesOut", r."cpuUs"
       from jsonb_to_recordset(?) as r (subscription text, hour float8, operation text, version text,
            "statusClass" text, price text, tenant text, app text, service text, major int, plugin text,
            calls bigint, "bytesIn" numeric, "bytesOut" numeric, "cpuUs" numeric)
     on conflict (subscription, hour, operation, version, status_class, price, service, major) do update
        set calls = u.calls + excluded.calls, bytes_in = u.bytes_in + excluded.bytes_in,
            bytes_out = u.bytes_out + excluded.bytes_out, cpu_us = u.cpu_us + excluded.cpu_us`,
    [JSON.stringify(calls)],
  )
}

async function addUnits(trx: Knex.Transaction, units: readonly object[]): Promise<void> {
  await trx.raw(
    `insert into usage_units as u (subscription, hour, operation, version, unit, price, tenant, app, service, major,
            plugin, units)
     select r.subscription, to_timestamp(r.hour / 1000), r.operation, r.version, r.unit, r.price, r.tenant, r.app,
            r.service, r.major, r.plugin, r.units
       from jsonb_to_recordset(?) as r (subscription text, hour float8, operation text, version text, unit text,
            price text, tenant text, app text, service text, major int, plugin text, units numeric)
     on conflict (subscription, hour, operation, version, unit, price, service, major) do update
        set units = u.units + excluded.units`,
    [JSON.stringify(units, (_, value) => (typeof value === 'bigint' ? value.toString() : value))],
  )
}

/** Of a lease that was settled as lost what is counted after all is not unknown any more. */
async function addSpent(trx: Knex.Transaction, leases: readonly object[]): Promise<void> {
  await trx.raw(
    `update usage_leases l
        set spent = l.spent + r.calls,
            unknown = case when l.settled_at is null then 0 else greatest(0, l.unknown - r.calls) end
       from jsonb_to_recordset(?) as r (lease text, calls bigint) where l.id = r.lease`,
    [JSON.stringify(leases)],
  )
}

/** The node ended in order: nothing of it is missing. */
export async function endNode(knex: Knex, node: string): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx('usage_nodes').where({ node }).update({ ended: 'clean', found_at: trx.fn.now() })
    await trx('usage_leases')
      .where({ node })
      .where((open) => {
        void open.whereNull('settled_at').orWhere('unknown', '>', 0)
      })
      .update(settled(trx))
  })
}

/**
 * Nodes that ended out of order: those that had this data folder before, and those that said nothing for so long. What
 * they had reserved and not counted stays as unknown.
 * @returns how many
 */
export async function findLostNodes(
  knex: Knex,
  { folder, node, silentS }: { folder: string; node: string; silentS: number },
): Promise<number> {
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw(
      `update usage_nodes set ended = 'lost', found_at = now()
        where ended is null and node <> ?
          and (folder = ? or marked_at < now() - make_interval(secs => ?))
        returning node`,
      [node, folder, silentS],
    )
    if (rows.length === 0) return 0
    await trx.raw(
      `update usage_leases set settled_at = now(), unknown = reserved - spent
        where settled_at is null and node = any(?)`,
      [rows.map((row: { node: string }) => row.node)],
    )
    return rows.length
  })
}

export interface NewLease {
  readonly id: string
  readonly node: string
  readonly subscription: string
  readonly tenant: string
  readonly service: string
  readonly major: number
  readonly plugin: string
  readonly price: string
  readonly reserved: number
}

export async function insertLease(knex: Knex, lease: NewLease): Promise<void> {
  await knex('usage_leases').insert(lease)
}

/**
 * What was not spent of them is nobody's: all that was is counted. The node says so itself, so that nothing of it is unknown,
 * even where it was taken for lost meanwhile.
 */
export async function settleLeases(knex: Knex, ids: readonly string[]): Promise<void> {
  await knex('usage_leases')
    .whereIn('id', [...ids])
    .update(settled(knex))
}

function settled(knex: Knex) {
  return { settled_at: knex.raw('coalesce(settled_at, now())'), unknown: 0 }
}

/** In one order for all nodes: they wait for each other instead of locking each other out. */
function ordered<
  Sum extends { subscription: string; hour: number; operation: string; version: string },
>(sums: readonly Sum[]): readonly Sum[] {
  const keyOf = (sum: Sum) => JSON.stringify(Object.values(sum).slice(0, 12), stringly)
  return sums
    .map((sum) => ({
      sum,
      key: `${sum.subscription}\0${sum.hour}\0${sum.operation}\0${keyOf(sum)}`,
    }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ sum }) => sum)
}

const stringly = (_: string, value: unknown) => (typeof value === 'bigint' ? '' : value)

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += ROWS) yield items.slice(from, from + ROWS)
}
