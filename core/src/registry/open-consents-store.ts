import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import { servingStates } from './installation-states.ts'
import { type BoundPlugin, type OpenConsent, openConsent } from './open-consents.ts'
import { notRemoved } from './registry-store.ts'

/** Plugins that are looked into at once: what is granted is the rule, and left out. */
const PLUGINS_A_LOOK = 200

/** What versions ask for that a tenant did not consent to, by plugin. @returns `next`: more may follow */
export async function listOpenConsents(
  knex: Knex,
  tenant: string,
  { limit, cursor }: Page,
): Promise<{ items: readonly OpenConsent[]; next?: string }> {
  const items: OpenConsent[] = []
  let after = cursor ?? ''
  for (;;) {
    const bound = await readBound(knex, tenant, after)
    for (const one of bound) {
      const open = openConsent(one)
      if (open !== undefined) items.push(open)
      if (items.length === limit) return { items, next: one.plugin }
    }
    const last = bound.at(-1)
    if (last === undefined || bound.length < PLUGINS_A_LOOK) return { items }
    after = last.plugin
  }
}

const droppedSql = `exists (
    select from withdrawn_versions w
    where w.package = installations.plugin and w.version = installations.version
  ) or coalesce((
    select r.state from rollouts r
    where r.plugin = installations.plugin and r.to_version = installations.version
    order by r.created_at desc limit 1
  ), '') in ('aborted', 'rolled_back')`

async function readBound(
  knex: Knex,
  tenant: string,
  after: string,
): Promise<readonly BoundPlugin[]> {
  const bound = await knex('bindings as b')
    .join('plugins', 'plugins.name', 'b.plugin')
    .where('b.tenant', tenant)
    .whereNot('b.binding', 'disabled')
    .where('b.plugin', '>', after)
    .whereRaw(notRemoved)
    .orderBy('b.plugin')
    .limit(PLUGINS_A_LOOK)
    .select('b.plugin', 'b.binding', {
      serves: knex.raw('coalesce(b.pinned_version, plugins.stable_version)'),
    })
  const names = bound.map(({ plugin }) => plugin)
  const installed = await knex('installations')
    .whereIn('plugin', names)
    .whereIn('state', servingStates)
    .select('plugin', 'version', {
      capabilities: knex.raw("manifest -> 'capabilities'"),
      isDropped: knex.raw(droppedSql),
    })
  const granted = await knex('grants')
    .where({ tenant })
    .whereIn('plugin', names)
    .whereNull('revoked_at')
    .select('plugin', 'capability', 'parameters', { hash: 'capability_hash' })
  const versions = Map.groupBy(installed, ({ plugin }) => plugin)
  const grants = Map.groupBy(granted, ({ plugin }) => plugin)
  return bound.map(({ plugin, binding, serves }) => ({
    plugin,
    binding,
    serves,
    versions: (versions.get(plugin) ?? []).map(({ version, capabilities, isDropped }) => ({
      version,
      isDropped,
      manifest: { capabilities: capabilities ?? undefined },
    })),
    grants: grants.get(plugin) ?? [],
  }))
}
