import type { Knex } from 'knex'
import type { MoveData } from '../rollout-outbox.ts'
import { EVERY_MOVE, moveTypes } from './told-move.ts'

/**
 * How far was told. Held until the transaction ends: one node tells at a time, and whoever comes after it goes on
 * where it was.
 */
export async function holdTold(trx: Knex.Transaction): Promise<number> {
  const row = await trx('told_rollouts').forUpdate().first('generation')
  return Number(row.generation)
}

export async function putTold(trx: Knex.Transaction, generation: number): Promise<void> {
  await trx('told_rollouts').update({ generation })
}

export async function readTold(knex: Knex): Promise<number> {
  return Number((await knex('told_rollouts').first('generation')).generation)
}

/**
 * Tenants where somebody wants to hear of the move, and that it concerns: of a plugin's those that enabled it, of a
 * document's its own.
 */
export async function tenantsToTell(
  trx: Knex,
  { plugin, tenant = null }: Pick<MoveData, 'plugin' | 'tenant'>,
): Promise<readonly string[]> {
  const { rows } = await trx.raw<{ rows: { tenant: string }[] }>(
    `select distinct b.tenant from bindings b
       join grants g on g.tenant = b.tenant and g.plugin = b.plugin
        and g.capability = 'event:subscribe' and g.revoked_at is null and g.parameters ->> 'type' = any (?::text[])
      where b.binding <> 'disabled'
        and (b.tenant = ? or (?::text is null and exists (
          select from bindings c where c.tenant = b.tenant and c.plugin = ? and c.binding <> 'disabled')))
      order by b.tenant`,
    [[EVERY_MOVE, ...moveTypes], tenant as string, tenant as string, plugin],
  )
  return rows.map(({ tenant: one }) => one)
}

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
