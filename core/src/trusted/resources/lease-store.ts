import type { Knex } from 'knex'

/** Who runs a resource, and since which start: the fence rises with each, so that an old one can be told. */
export interface Lease {
  readonly resource: string
  /** The data folder for what each node has of its own; `*` for what there is once on the host; `purged <holder>`: was. */
  readonly place: string
  /** The data folder of the node that holds it. */
  readonly holder: string
  readonly fence: number
}

/**
 * Takes the lease, with the next fence. One of another node that has not run out is not taken, and none over data of
 * the plugin's life before: only `deletePurged` ends that, behind the data.
 * @returns undefined: another node holds it, or the data is still there
 */
export async function takeLease(
  knex: Knex,
  { resource, place, holder }: Omit<Lease, 'fence'>,
  seconds: number,
): Promise<Lease | undefined> {
  const { rows } = await knex.raw<{ rows: { fence: string }[] }>(
    `insert into resource_leases as held (resource, place, holder, fence, expires_at)
     select :resource, :place, :holder, 1, now() + make_interval(secs => :seconds)
      where not exists (select from resource_leases
                         where resource = :resource and holder = :holder and is_purged)
     on conflict (resource, place) do update
       set holder = excluded.holder, fence = held.fence + 1, expires_at = excluded.expires_at
       where not held.is_purged and (held.holder = excluded.holder or held.expires_at < now())
     returning fence`,
    { resource, place, holder, seconds },
  )
  const fence = rows[0]?.fence
  return fence === undefined ? undefined : { resource, place, holder, fence: Number(fence) }
}

/** @returns false: it is not this start's any more */
export async function renewLease(
  knex: Knex,
  { resource, place, holder, fence }: Lease,
  seconds: number,
): Promise<boolean> {
  const renewed = await knex('resource_leases')
    .where({ resource, place, holder, fence, is_purged: false })
    .update({ expires_at: knex.raw('now() + make_interval(secs => ?)', [seconds]) })
  return renewed === 1
}

/** What a node holds, or held last, of plugins that were purged. @param plugin undefined: of any */
export async function listPurged(
  knex: Knex,
  holder: string,
  plugin?: string,
): Promise<readonly Pick<Lease, 'resource' | 'place'>[]> {
  const query = knex('resource_leases').where({ holder, is_purged: true })
  if (plugin !== undefined) query.whereRaw('starts_with(resource, ?)', [`${plugin}/`])
  return query.limit(1000).select('resource', 'place')
}

/** With its data its fence may begin anew. */
export async function deletePurged(
  knex: Knex,
  { resource, place }: Pick<Lease, 'resource' | 'place'>,
  holder: string,
): Promise<void> {
  await knex('resource_leases').where({ resource, place, holder, is_purged: true }).delete()
}

/** The row stays: its fence must rise for as long as there is data. */
export async function endLease(knex: Knex, lease: Lease): Promise<void> {
  const { resource, place, holder, fence } = lease
  await knex('resource_leases')
    .where({ resource, place, holder, fence })
    .update({ expires_at: knex.fn.now() })
}
