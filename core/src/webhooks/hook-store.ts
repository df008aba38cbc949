import type { Knex } from 'knex'
import { terminalStates } from '../rollout/rollout-states.ts'
import type { Sealed } from '../sealing/sealer.ts'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { HookHeaders } from './hook-signature.ts'

/** One door: a path of a plugin in a tenant. */
export interface Hook {
  readonly tenant: string
  readonly plugin: string
  readonly path: string
}

/** Where a sender knocks; of the last part of the address only the hash is kept. */
export interface HookAddress extends Hook {
  readonly tokenHash: Buffer
  readonly secret: Sealed
  readonly createdBy: string
}

/** A new address ends the old one. */
export async function putAddress(trx: Knex, address: HookAddress): Promise<void> {
  const { tenant, plugin, path, tokenHash, secret, createdBy } = address
  const changed = {
    token_hash: tokenHash,
    sealed: secret.sealed,
    data_key: secret.dataKey,
    created_by: createdBy,
    created_at: new Date(),
  }
  await trx('hook_addresses')
    .insert({ tenant, plugin, path, ...changed })
    .onConflict(['tenant', 'plugin', 'path'])
    .merge(changed)
}

export async function deleteAddress(trx: Knex, hook: Hook): Promise<boolean> {
  const { tenant, plugin, path } = hook
  return (await trx('hook_addresses').where({ tenant, plugin, path }).delete()) === 1
}

export interface FoundAddress extends Hook, Pick<HookAddress, 'secret'> {
  /** So many wait for the plugin already. */
  readonly isLineFull: boolean
}

/** In one statement, since each way to the database is a part of what the sender waits for. */
export async function findAddress(
  knex: Knex,
  tokenHash: Buffer,
  mostWaiting: number,
): Promise<FoundAddress | undefined> {
  const { rows } = await knex.raw(
    `select a.tenant, a.plugin, a.path, a.sealed, a.data_key, (select count(*) from (
         select 1 from hook_deliveries d where d.tenant = a.tenant and d.plugin = a.plugin and d.state = 'waiting' limit ?
       ) as waiting) >= ? as full
       from hook_addresses a where a.token_hash = ?`,
    [mostWaiting, mostWaiting, tokenHash],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { tenant, plugin, path, sealed, data_key: dataKey, full } = row
  return { tenant, plugin, path, secret: { sealed, dataKey }, isLineFull: full }
}

export async function listAddresses(knex: Knex, tenant: string, plugin: string) {
  const rows = await knex('hook_addresses').where({ tenant, plugin }).orderBy('path').limit(64)
  return rows.map(({ path, created_by, created_at }) => ({
    path: path as string,
    createdBy: created_by as string,
    createdAt: created_at.toISOString() as string,
  }))
}

export interface NewDelivery extends Hook {
  readonly id: string
  readonly message: string | null
  readonly headers: HookHeaders
  readonly body: Buffer
  readonly traceId: string
  readonly receivedAt: Date
}

/** @returns the id that the message is kept under: of an earlier delivery, where it came before */
export async function insertDelivery(knex: Knex, delivery: NewDelivery): Promise<string> {
  const { id, tenant, plugin, path, message, headers, body, traceId, receivedAt } = delivery
  const named = { tenant, plugin, path, message }
  const rows = await knex('hook_deliveries')
    .insert({
      ...named,
      id,
      headers: JSON.stringify(headers),
      body,
      trace_id: traceId,
      state: 'waiting',
      next_at: receivedAt,
      received_at: receivedAt,
    })
    .onConflict(['tenant', 'plugin', 'path', 'message'])
    .ignore()
    .returning('id')
  if (rows.length === 1) return id
  const earlier = await knex('hook_deliveries').where(named).first('id')
  return earlier?.id ?? id
}

export interface DueDelivery extends Hook {
  readonly id: string
  readonly headers: HookHeaders
  readonly body: Buffer
  readonly traceId: string
  readonly receivedAt: Date
  /** This try included. */
  readonly attempts: number
}

export const dueHook: DueQuestion = {
  sql: `select ${msUntil("select min(next_at) from hook_deliveries where state = 'waiting'")}`,
}

/**
 * Takes what is due, for as long as a try may take: a node that dies meanwhile leaves it to the next one.
 * @param leaseMs until another node may take it
 */
export async function takeDue(
  knex: Knex,
  {
    now,
    leaseMs,
    limit,
  }: { readonly now: number; readonly leaseMs: number; readonly limit: number },
): Promise<DueDelivery[]> {
  const { rows } = await knex.raw(
    `update hook_deliveries set attempts = attempts + 1, next_at = ?, tried_in = null
      where sequence in (
        select sequence from hook_deliveries where state = 'waiting' and next_at <= ?
         order by next_at, sequence limit ? for update skip locked)
      returning *`,
    [new Date(now + leaseMs), new Date(now), limit],
  )
  return rows.map((row: DeliveryRow) => ({
    id: row.id,
    tenant: row.tenant,
    plugin: row.plugin,
    path: row.path,
    headers: row.headers,
    body: row.body,
    traceId: row.trace_id,
    receivedAt: row.received_at,
    attempts: row.attempts,
  }))
}

/** Of the same try only: one that was sent out again meanwhile is not settled by the old one. */
export async function settleDelivery(
  knex: Knex,
  { id, attempts }: Pick<DueDelivery, 'id' | 'attempts'>,
  after: {
    readonly state: string
    readonly nextAt: Date
    readonly code: string | null
    /** The rollout whose canary tried it in vain. */
    readonly triedIn: string | null
  },
): Promise<void> {
  await knex('hook_deliveries').where({ id, attempts, state: 'waiting' }).update({
    state: after.state,
    next_at: after.nextAt,
    last_code: after.code,
    tried_in: after.triedIn,
  })
}

/**
 * What a version could not do before its rollout was taken back is stable's to do now, with all its tries. What is being
 * tried is left to its try.
 * @returns how many, at most 500
 */
export async function redeliverEnded(knex: Knex, now: number): Promise<number> {
  const { rowCount } = await knex.raw(
    `update hook_deliveries set state = 'waiting', attempts = 0, next_at = ?, tried_in = null
      where sequence in (
        select d.sequence from hook_deliveries d join rollouts r on r.id = d.tried_in
         where d.tried_in is not null and r.state = any (?::text[])
         order by d.sequence limit 500 for update of d skip locked)`,
    [new Date(now), [...terminalStates]],
  )
  return rowCount
}

/** @returns false where there is no such delivery that is over */
export async function redeliver(trx: Knex, hook: Hook, id: string, now: number): Promise<boolean> {
  const { tenant, plugin, path } = hook
  const changed = await trx('hook_deliveries')
    .where({ tenant, plugin, path, id })
    .whereNot({ state: 'waiting' })
    .update({
      state: 'waiting',
      attempts: 0,
      next_at: new Date(now),
      last_code: null,
      tried_in: null,
    })
  return changed === 1
}

/** Newest first, without what came. @param before a sequence */
export async function listDeliveries(
  knex: Knex,
  { tenant, plugin, path }: Hook,
  { limit, before }: { readonly limit: number; readonly before: number | undefined },
) {
  const query = knex('hook_deliveries')
    .where({ tenant, plugin, path })
    .orderBy('sequence', 'desc')
    .limit(limit)
    .select('sequence', 'id', 'state', 'attempts', 'last_code', 'next_at', 'received_at')
    .select(knex.raw('octet_length(body) as bytes'))
  if (before !== undefined) query.where('sequence', '<', before)
  const rows: (DeliveryRow & { readonly bytes: number })[] = await query
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    id: row.id,
    state: row.state,
    attempts: row.attempts,
    lastCode: row.last_code,
    bytes: row.bytes,
    receivedAt: row.received_at.toISOString(),
    nextAt: row.state === 'waiting' ? row.next_at.toISOString() : null,
  }))
}

/** What is over, and older than that. */
export async function deleteOver(knex: Knex, receivedBefore: Date): Promise<number> {
  return knex('hook_deliveries')
    .whereNot({ state: 'waiting' })
    .where('received_at', '<', receivedBefore)
    .delete()
}

interface DeliveryRow {
  readonly sequence: string
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  readonly path: string
  readonly headers: HookHeaders
  readonly body: Buffer
  readonly trace_id: string
  readonly state: string
  readonly attempts: number
  readonly last_code: string | null
  readonly next_at: Date
  readonly received_at: Date
}
