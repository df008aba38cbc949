import type { Knex } from 'knex'
import { unfinishedStates } from '../registry/installation-states.ts'
import { sharingStates } from '../rollout/rollout-states.ts'
import { MOST_NAMED, type RemovalFacts } from './removal-obstacles.ts'

const LIMIT = MOST_NAMED + 1

/** @param windowMs how long a completed rollout may be taken back */
export async function removalFacts(
  trx: Knex.Transaction,
  plugin: string,
  windowMs: number,
): Promise<RemovalFacts> {
  return {
    installing: await trx('installations as i')
      .join('plugins as p', 'p.name', 'i.plugin')
      .where('i.plugin', plugin)
      .whereRaw(underWay, [[...unfinishedStates]])
      .orderBy('i.version')
      .limit(LIMIT)
      .pluck('i.version'),
    tenants: await trx('bindings')
      .where({ plugin })
      .whereNot('binding', 'disabled')
      .orderBy('tenant')
      .limit(LIMIT)
      .pluck('tenant'),
    rollouts: await trx('rollouts')
      .where({ plugin, kind: 'plugin' })
      .whereIn('state', sharingStates)
      .orderBy('id')
      .limit(LIMIT)
      .pluck('id'),
    dependents: await dependentsOf(trx, plugin, windowMs),
    apps: await appsOf(trx, plugin),
  }
}

/** As `listUnfinished` sees it: a plugin's first version is not over before it is stable. */
const underWay = `(i.state = any (?::text[]) or (i.state = 'warm' and p.stable_version is null))`

/**
 * Versions of others that serve, or may serve without another look at what they require: the stable one, one that a
 * tenant is pinned to, those of rollouts and of what can still be taken back, and what is being installed.
 */
async function dependentsOf(
  trx: Knex.Transaction,
  plugin: string,
  windowMs: number,
): Promise<readonly string[]> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `select i.plugin || '@' || i.version as name
       from installations i join plugins p on p.name = i.plugin
      where i.plugin <> ? and jsonb_exists(i.manifest -> 'requires', ?)
        and (i.version = p.stable_version or ${underWay}
          or exists (select from bindings b where b.plugin = i.plugin
                      and b.binding <> 'disabled' and b.pinned_version = i.version)
          or exists (select from rollouts r where r.plugin = i.plugin and r.kind = 'plugin'
                      and i.version in (r.from_version, r.to_version)
                      and (r.state = any (?::text[])
                        or (r.state = 'completed'
                          and r.updated_at > now() - make_interval(secs => ?)))))
      order by 1 limit ${LIMIT}`,
    [plugin, plugin, [...unfinishedStates], ['ready', ...sharingStates], windowMs / 1000],
  )
  return rows.map(({ name }) => name)
}

/**
 * Their services and plans are held until the transaction ends. A subscription refers to a plan: one that is under way
 * is waited for and seen, and one that comes later finds no plan.
 */
async function appsOf(trx: Knex.Transaction, plugin: string): Promise<readonly string[]> {
  await trx('services').where({ plugin }).forUpdate().select('id')
  await trx('plans')
    .whereRaw('(service, major) in (select id, major from services where plugin = ?)', [plugin])
    .orderBy(['service', 'major', 'name'])
    .forUpdate()
    .select('name')
  const rows = await trx('subscriptions as s')
    .join('services as v', { 'v.id': 's.service', 'v.major': 's.major' })
    .where('v.plugin', plugin)
    .whereNotIn('s.state', ['cancelled', 'rejected'])
    .distinct('s.tenant', 's.app')
    .orderBy(['s.tenant', 's.app'])
    .limit(LIMIT)
  return rows.map(({ tenant, app }) => `${tenant}/${app}`)
}
