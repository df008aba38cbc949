import type { Knex } from 'knex'
import type { Fault } from '../registry/registry-store.ts'
import type { Exported } from './export/export-plugin.ts'
import { inPatience, patientTransaction } from './patient-work.ts'
import { tablesThatGo, type When } from './plugin-tables.ts'
import { type RemovalState, unfinishedRemovals } from './removal-states.ts'

/** A plugin on its way out, or what was kept of it. */
export interface RemovalRow {
  readonly plugin: string
  readonly state: RemovalState
  /** Of the marketplace that its versions came from. */
  readonly fingerprint: string
  readonly versions: readonly string[]
  /** SHA-256 of what its files held. */
  readonly contents: readonly string[]
  readonly exported: Exported | null
  /** Why the last attempt ended early. */
  readonly fault: Fault | null
  readonly removedBy: string
  readonly traceId: string | null
}

/** Who works at a removal: a node by its data folder, and the process that has the folder now. */
export interface Worker {
  readonly node: string
  readonly process: string
}

/**
 * What must be so for rows to go, asked by the very statement that deletes them: both see one moment. A process that
 * stood still wakes up with the same words in its hand, when the plugin may have begun its next life.
 */
export interface Fence {
  readonly sql: string
  readonly values: Readonly<Record<string, string>>
}

/** While the removal is in that state, and this process the one that works at it. */
export function heldFence({ state }: Pick<RemovalRow, 'state'>, { process }: Worker): Fence {
  const sql = `exists (select from plugin_removals r
    where r.plugin = :plugin and r.state = :state and r.process = :process)`
  return { sql, values: { state, process } }
}

/** While nobody has installed it again. */
export const notInstalled: Fence = {
  sql: `not exists (select from plugins p where p.name = :plugin
    and not exists (select from plugin_removals r where r.plugin = p.name))`,
  values: {},
}

/** While there is no such plugin at all, nor anything kept of one. */
export const notThere: Fence = {
  sql: 'not exists (select from plugins p where p.name = :plugin)',
  values: {},
}

/** Rows of one statement: some seconds at most, however large each is. */
const BITE = 2000

/** Locked until the transaction ends. */
export async function lockRemoval(
  trx: Knex.Transaction,
  plugin: string,
): Promise<RemovalRow | undefined> {
  const row = await trx('plugin_removals').where({ plugin }).forUpdate().first()
  return row === undefined ? undefined : removalOf(row)
}

export async function findRemoval(knex: Knex, plugin: string): Promise<RemovalRow | undefined> {
  const row = await knex('plugin_removals').where({ plugin }).first()
  return row === undefined ? undefined : removalOf(row)
}

/** The last purge of a plugin, as the audit tells it. */
export async function findPurged(
  knex: Knex,
  plugin: string,
): Promise<{ versions: readonly string[]; exported?: Exported } | undefined> {
  const row = await knex('audit_entries')
    .where({ subject: plugin, action: 'plugin.purged' })
    .orderBy('id', 'desc')
    .first('detail')
  return row?.detail
}

export async function insertRemoval(
  trx: Knex.Transaction,
  row: Omit<RemovalRow, 'exported' | 'fault'>,
): Promise<void> {
  await trx('plugin_removals').insert({
    plugin: row.plugin,
    state: row.state,
    fingerprint: row.fingerprint,
    versions: JSON.stringify(row.versions),
    contents: JSON.stringify(row.contents),
    removed_by: row.removedBy,
    trace_id: row.traceId,
  })
}

/** What is installed again is no removal any more. */
export async function forgetRemoval(trx: Knex.Transaction, plugin: string): Promise<void> {
  await trx('plugin_removals').where({ plugin }).delete()
}

/** @param more by whose process: only where it still works at it. @returns false: it was in another state by then */
export async function moveRemoval(
  knex: Knex,
  plugin: string,
  { from, to }: { readonly from: RemovalState; readonly to: RemovalState },
  more: {
    readonly exported?: Exported
    readonly removedBy?: string
    readonly by?: Worker
  } = {},
): Promise<boolean> {
  const held = more.by === undefined ? {} : { process: more.by.process }
  const changed = await knex('plugin_removals')
    .where({ plugin, state: from, ...held })
    .update({
      state: to,
      fault: null,
      leased_until: null,
      ...(more.exported === undefined ? {} : { exported: JSON.stringify(more.exported) }),
      ...(more.removedBy === undefined ? {} : { removed_by: more.removedBy }),
    })
  return changed === 1
}

/** Whom nobody works at now, oldest first. */
export async function listUnattended(knex: Knex, worker: Worker): Promise<readonly string[]> {
  return knex('plugin_removals')
    .whereIn('state', unfinishedRemovals)
    .whereRaw(isFree, { ...worker })
    .orderBy('removed_at')
    .limit(100)
    .pluck('plugin')
}

/** Nobody's, run out, or of an earlier process on the same data folder, which only one has at a time. */
const isFree =
  '(leased_until is null or leased_until < now() or (node = :node and process <> :process))'

/**
 * Takes a removal for so long. What is at work has no fault: what has one rests.
 * @param isAsked somebody waits: what was put off for later, here or on another node, is taken too
 * @returns what to do; undefined: another node does it, or nothing is left to do
 */
export async function claimRemoval(
  knex: Knex,
  plugin: string,
  { node, process }: Worker,
  seconds: number,
  isAsked: boolean,
): Promise<RemovalRow | undefined> {
  const rows = await knex('plugin_removals')
    .where({ plugin })
    .whereIn('state', unfinishedRemovals)
    .whereRaw(isAsked ? `(${isFree} or fault is not null)` : isFree, { node, process })
    .update({ node, process, fault: null, leased_until: until(knex, seconds) })
    .returning('*')
  return rows[0] === undefined ? undefined : removalOf(rows[0])
}

/** @returns false: it was moved on by somebody else, or taken */
export async function renewRemoval(
  knex: Knex,
  { plugin, state }: Pick<RemovalRow, 'plugin' | 'state'>,
  { process }: Worker,
  seconds: number,
): Promise<boolean> {
  const changed = await knex('plugin_removals')
    .where({ plugin, state, process })
    .update({ leased_until: until(knex, seconds) })
  return changed === 1
}

/** Put off for so long. */
export async function noteFault(
  knex: Knex,
  { plugin, state }: Pick<RemovalRow, 'plugin' | 'state'>,
  { process }: Worker,
  fault: Fault,
  seconds: number,
): Promise<void> {
  await knex('plugin_removals')
    .where({ plugin, state, process })
    .update({ fault: JSON.stringify(fault), leased_until: until(knex, seconds) })
}

/** In one transaction. @returns how many rows of each table went, where any did */
export async function deleteAtOnce(
  trx: Knex.Transaction,
  plugin: string,
  when: When,
): Promise<Readonly<Record<string, number>>> {
  const gone: Record<string, number> = {}
  await inPatience(trx, async () => {
    for (const table of tablesThatGo(when)) {
      const count = await deleteRows(trx, table, plugin)
      if (count > 0) gone[table.table] = count
    }
  })
  return gone
}

/** Piece by piece. @param whether asked between two of them; it throws where somebody else goes on */
export async function deleteInPieces(
  knex: Knex,
  plugin: string,
  when: When,
  fence: Fence,
  whether: () => void = () => undefined,
): Promise<void> {
  for (const table of tablesThatGo(when)) {
    let count = 0
    do {
      whether()
      count = await patientTransaction(knex, (trx) => deleteRows(trx, table, plugin, fence))
      // Not by a full piece: what is updated meanwhile is left out of one, and the next one has it.
    } while (count > 0)
  }
}

async function deleteRows(
  trx: Knex.Transaction,
  { table, rows = 'plugin = :plugin', noting }: ReturnType<typeof tablesThatGo>[number],
  plugin: string,
  fence?: Fence,
): Promise<number> {
  const which =
    fence === undefined
      ? rows
      : `ctid = any (array(select ctid from ${table} where (${rows}) and ${fence.sql} limit ${BITE}))`
  const returning = noting === undefined ? 'true' : 'object'
  const noted = noting === undefined ? '' : `, noted as (${noting})`
  const named = { plugin, source: `/plugins/${plugin}`, ...fence?.values }
  const answer = await trx.raw<{ rows: { count: string }[] }>(
    `with gone as (delete from ${table} where ${which} returning ${returning})${noted}
     select count(*) from gone`,
    named,
  )
  return Number(answer.rows[0]?.count)
}

/**
 * The folders of every node's resources are to go; each node does it for its own. What there was once on the host gets a
 * place of its own: in the plugin's next life another node may hold it, and the one that has the folder must still be told.
 */
export async function purgeLeases(trx: Knex.Transaction, plugin: string): Promise<void> {
  await trx.raw(
    `with gone as (delete from resource_leases
       where starts_with(resource, :prefix) and place = '*' returning *)
     insert into resource_leases (resource, place, holder, fence, expires_at, is_purged)
     select resource, 'purged ' || holder, holder, fence, now(), true from gone
     on conflict (resource, place) do nothing`,
    { prefix: `${plugin}/` },
  )
  await trx('resource_leases')
    .whereRaw('starts_with(resource, ?)', [`${plugin}/`])
    .update({ is_purged: true })
}

/** The plugin's row, by which all else is held; @returns false: it is not there any more */
export async function deletePlugin(trx: Knex.Transaction, plugin: string): Promise<boolean> {
  return (await trx('plugins').where({ name: plugin }).delete()) === 1
}

export async function takeOutOfService(trx: Knex.Transaction, plugin: string): Promise<void> {
  await trx('plugins').where({ name: plugin }).update({ stable_version: null })
}

/** Contents of all files of all versions, and those versions with where they came from. */
export async function installedParts(
  trx: Knex.Transaction,
  plugin: string,
): Promise<Pick<RemovalRow, 'fingerprint' | 'versions' | 'contents'>> {
  const found = await trx('installations')
    .where({ plugin })
    .orderBy('created_at', 'desc')
    .forUpdate()
    .select('version', 'marketplace_fingerprint')
  return {
    fingerprint: found[0]?.marketplace_fingerprint ?? '',
    versions: found.map(({ version }) => version),
    contents: await trx('installation_files').where({ plugin }).distinct('sha256').pluck('sha256'),
  }
}

const until = (knex: Knex, seconds: number) =>
  knex.raw('now() + make_interval(secs => ?)', [seconds])

function removalOf(row: Record<string, unknown>): RemovalRow {
  return {
    plugin: row.plugin as string,
    state: row.state as RemovalState,
    fingerprint: row.fingerprint as string,
    versions: row.versions as readonly string[],
    contents: row.contents as readonly string[],
    exported: row.exported as Exported | null,
    fault: row.fault as Fault | null,
    removedBy: row.removed_by as string,
    traceId: row.trace_id as string | null,
  }
}
