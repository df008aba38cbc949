import type { Knex } from 'knex'
import { sharingStates, terminalStates } from '../rollout-states.ts'
import { findRollout, type Rollout } from '../rollout-store.ts'

const openStates = ['ready', ...sharingStates]
const endedStates = ['completed', ...terminalStates]

/** Rollouts of documents that are not over: of the plugin in the tenant, of the tenant, and of all. */
export async function countOpen(
  trx: Knex,
  tenant: string,
  plugin: string,
): Promise<{ readonly own: number; readonly tenant: number; readonly all: number }> {
  const row = await trx('rollouts')
    .whereNot({ kind: 'plugin' })
    .whereIn('state', openStates)
    .select(
      trx.raw('count(*) as "all"'),
      trx.raw('count(*) filter (where tenant = ?) as tenant', [tenant]),
      trx.raw('count(*) filter (where tenant = ? and plugin = ?) as own', [tenant, plugin]),
    )
    .first()
  return { own: Number(row.own), tenant: Number(row.tenant), all: Number(row.all) }
}

const FORGOTTEN_AT_ONCE = 20

/** Of those that are over only the newest `kept` of the plugin in the tenant stay; the audit keeps the rest. */
export async function forgetOldest(
  trx: Knex.Transaction,
  tenant: string,
  plugin: string,
  kept: number,
): Promise<void> {
  const ids: string[] = await trx('rollouts')
    .where({ tenant, plugin })
    .whereIn('state', endedStates)
    .orderBy('updated_at', 'desc')
    .offset(kept)
    .limit(FORGOTTEN_AT_ONCE)
    .pluck('id')
  if (ids.length === 0) return
  for (const table of ['rollout_evidence', 'rollout_tallies', 'rollout_transitions']) {
    await trx(table).whereIn('rollout', ids).delete()
  }
  await trx('rollouts').whereIn('id', ids).delete()
}

/** Open ones that nobody can go on with: the plugin is not enabled there any more, or its grant was taken back. */
export async function listOrphaned(knex: Knex): Promise<readonly string[]> {
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select r.id from rollouts r
      where r.kind <> 'plugin' and r.state in ('ready', 'running', 'paused', 'baking')
        and not exists (
          select from bindings b join grants g on g.tenant = b.tenant and g.plugin = b.plugin
           where b.tenant = r.tenant and b.plugin = r.plugin and b.binding <> 'disabled'
             and g.capability = 'rollout:use' and g.revoked_at is null and g.parameters ->> 'kind' = r.kind)
      order by r.id limit 50`,
  )
  return rows.map(({ id }) => id)
}

/** @returns undefined: there is none of the plugin's in the tenant, of that kind */
export async function findOwn(
  knex: Knex,
  id: string,
  owner: Pick<Rollout, 'tenant' | 'plugin' | 'kind'>,
): Promise<Rollout | undefined> {
  const found = await findRollout(knex, id)
  const isOwn =
    found?.tenant === owner.tenant && found.plugin === owner.plugin && found.kind === owner.kind
  return isOwn ? found : undefined
}
