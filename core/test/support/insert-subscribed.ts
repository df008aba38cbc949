import type { Knex } from 'knex'

/** A subscription as the host's tables tell it, of a service that the host itself provides. */
export async function insertSubscribed(
  knex: Knex,
  { id, tenant, app }: { readonly id: string; readonly tenant: string; readonly app: string },
): Promise<void> {
  const [service, plan] = [{ id: 'limited.one', major: 1 }, 'standard']
  await knex('tenants').insert({ id: tenant, name: tenant }).onConflict('id').ignore()
  await knex('apps').insert({ tenant, id: app, name: app }).onConflict(['tenant', 'id']).ignore()
  await knex('services').insert(service).onConflict(['id', 'major']).ignore()
  const of = { service: service.id, major: service.major }
  await knex('plans')
    .insert({ ...of, name: plan, rate_per_s: 1, burst: 1 })
    .onConflict(['service', 'major', 'name'])
    .ignore()
  await knex('plan_versions')
    .insert({ ...of, plan, version: 1, rate_per_s: 1, burst: 1 })
    .onConflict(['service', 'major', 'plan', 'version'])
    .ignore()
  await knex('subscriptions').insert({ id, tenant, app, ...of, plan, state: 'active' })
}
