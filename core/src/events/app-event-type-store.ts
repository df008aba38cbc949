import type { Knex } from 'knex'

/** Empty where nothing was allowed. */
export async function findAppEventTypes(
  knex: Knex,
  tenant: string,
  app: string,
): Promise<readonly string[]> {
  const row = await knex('app_event_types').where({ tenant, app }).first('types')
  return row?.types ?? []
}

export async function putAppEventTypes(
  trx: Knex,
  row: { tenant: string; app: string; types: readonly string[]; changedBy: string },
): Promise<void> {
  const { tenant, app, types, changedBy } = row
  await trx('app_event_types')
    .insert({
      tenant,
      app,
      types: JSON.stringify(types),
      changed_by: changedBy,
      changed_at: trx.fn.now(),
    })
    .onConflict(['tenant', 'app'])
    .merge()
}
