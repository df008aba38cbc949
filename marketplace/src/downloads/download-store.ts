import type { Knex } from 'knex'
import type { DownloadCount } from './download-tally.ts'
import type { Period } from './period.ts'

/** The only place with SQL for package_downloads. */

export async function addDownloads(knex: Knex, counts: readonly DownloadCount[]): Promise<void> {
  const column = <Key extends keyof DownloadCount>(key: Key) => counts.map((count) => count[key])
  await knex.raw(
    `insert into package_downloads (name, version, day, count)
     select * from unnest(?::text[], ?::text[], ?::date[], ?::bigint[])
     on conflict (name, day, version) do update set count = package_downloads.count + excluded.count`,
    [column('name'), column('version'), column('day'), column('count')],
  )
}

/** Days without any are left out. @param name absent: of all packages */
export async function downloadsByDay(
  knex: Knex,
  { start, end }: Period,
  name?: string,
): Promise<ReadonlyMap<string, number>> {
  const query = knex('package_downloads')
    .whereBetween('day', [start, end])
    .groupBy('day')
    .select({ day: knex.raw(`to_char(day, 'YYYY-MM-DD')`), count: knex.raw('sum(count)') })
  const rows: { day: string; count: string }[] = await (name === undefined
    ? query
    : query.where({ name }))
  return new Map(rows.map(({ day, count }) => [day, Number(count)]))
}
