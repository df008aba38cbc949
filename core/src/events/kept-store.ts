import type { Knex } from 'knex'

export interface KeptInbox {
  readonly tenant: string
  readonly plugin: string
}

/** More are looked at by the next upkeep. */
const INBOXES_AT_ONCE = 1000
const RELEASE_AT_ONCE = 2000

/** Inboxes that events are kept for, found by jumping from one to the next in the index. */
export async function listKeptInboxes(knex: Knex): Promise<readonly KeptInbox[]> {
  const { rows } = await knex.raw<{ rows: KeptInbox[] }>(
    `with recursive inboxes as (
       (select tenant, plugin from event_deliveries where state = 'kept' order by tenant, plugin limit 1)
       union all
       select next.tenant, next.plugin from inboxes i cross join lateral (
         select tenant, plugin from event_deliveries
          where state = 'kept' and (tenant, plugin) > (i.tenant, i.plugin)
          order by tenant, plugin limit 1) next
     )
     select tenant, plugin from inboxes limit ?`,
    [INBOXES_AT_ONCE],
  )
  return rows
}

/**
 * What was kept while the tenant was served otherwise waits again, the oldest first.
 * @returns how many, at most 2,000
 */
export async function releaseKept(
  knex: Knex,
  { tenant, plugin }: KeptInbox,
  served: string,
): Promise<number> {
  const { rowCount } = await knex.raw(
    `update event_deliveries set state = 'waiting', due_at = now(), detail = null
      where id in (
        select id from event_deliveries
         where state = 'kept' and tenant = ? and plugin = ? and detail is distinct from ?
         order by id limit ? for update skip locked)`,
    [tenant, plugin, served, RELEASE_AT_ONCE],
  )
  return rowCount
}
