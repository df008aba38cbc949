import type { Knex } from 'knex'

/** Of the notes of rollouts only those that concern the tenant now. */
export function concerning(tenant: string): (query: Knex.QueryBuilder) => void {
  return (query) => {
    query.whereRaw(
      `(data->>'tenant' = ? or (data->>'tenant' is null and data->>'plugin' in (
         select plugin from bindings where tenant = ? and binding <> 'disabled')))`,
      [tenant, tenant],
    )
  }
}
