import type { Knex } from 'knex'
import type { Freeze, Lockdown, Standstill } from './freezes.ts'

/** As many as a look of every node reads four times a second. */
export const MAX_FREEZES = 100

export async function putFreeze(trx: Knex, { name, plugin, time, reason }: Freeze): Promise<void> {
  await trx('rollout_freezes')
    .insert({
      name,
      plugin,
      time: JSON.stringify(time),
      reason: JSON.stringify(reason),
      updated_at: trx.fn.now(),
    })
    .onConflict('name')
    .merge()
}

export async function countFreezes(trx: Knex, except: string): Promise<number> {
  const [row] = await trx('rollout_freezes').whereNot('name', except).count('* as count')
  return Number(row?.['count'] ?? 0)
}

export async function removeFreeze(trx: Knex, name: string): Promise<boolean> {
  return (await trx('rollout_freezes').where({ name }).delete()) > 0
}

export async function listFreezes(knex: Knex): Promise<Freeze[]> {
  const rows = await knex('rollout_freezes').orderBy('name').limit(MAX_FREEZES)
  return rows.map(({ name, plugin, time, reason }) => ({ name, plugin, time, reason }))
}

export async function putLockdown(
  trx: Knex,
  { reason, actor }: Pick<Lockdown, 'reason' | 'actor'>,
): Promise<void> {
  await trx('rollout_lockdown')
    .insert({ id: 1, reason: JSON.stringify(reason), actor })
    .onConflict('id')
    .merge()
}

export async function removeLockdown(trx: Knex): Promise<boolean> {
  return (await trx('rollout_lockdown').delete()) > 0
}

export async function findLockdown(knex: Knex): Promise<Lockdown | undefined> {
  const row = await knex('rollout_lockdown').first()
  if (row === undefined) return undefined
  return { reason: row.reason, actor: row.actor, since: row.since.toISOString() }
}

/**
 * A lockdown that is answered for is in force: whoever sets one waits for the moves that are under way, and
 * the moves after it see it. The lock is shared among moves, so that they do not wait for each other. To be
 * taken before the plugins' rows: whoever writes a freeze of a plugin comes to its row after the table.
 */
export async function heldStandstill(trx: Knex.Transaction): Promise<Standstill> {
  await trx.raw('lock table rollout_lockdown, rollout_freezes in share mode')
  return readStandstill(trx)
}

/** Of whoever takes freezes away with their plugin, and comes to its row first. */
export async function lockFreezes(trx: Knex.Transaction): Promise<void> {
  await trx.raw('lock table rollout_freezes in row exclusive mode')
}

export async function readStandstill(knex: Knex): Promise<Standstill> {
  return { lockdown: await findLockdown(knex), freezes: await listFreezes(knex) }
}
