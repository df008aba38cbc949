import type { Knex } from 'knex'
import type { LevelName, LevelSums, WindowName } from './service-levels.ts'
import { levelWindows } from './service-levels.ts'

export interface LevelSlot extends LevelSums {
  readonly tenant: string
  readonly service: string
  readonly major: number
  readonly version: string
  readonly plugin: string
  /** Milliseconds since the epoch, its first. */
  readonly slot: number
  readonly buckets: readonly number[]
}

export interface ServiceMajor {
  readonly service: string
  readonly major: number
}

/** Rows of one statement. */
const ROWS = 1000

/** In one order on all nodes: they wait for each other instead of locking each other out. */
export async function addSlots(trx: Knex.Transaction, slots: readonly LevelSlot[]): Promise<void> {
  const ordered = slots
    .map((slot) => ({ slot, key: keyOf(slot) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ slot }) => slot)
  for (let from = 0; from < ordered.length; from += ROWS) {
    await addSome(trx, ordered.slice(from, from + ROWS))
  }
}

function keyOf({ tenant, service, major, version, slot }: LevelSlot): string {
  return `${tenant}\0${service}\0${major}\0${version}\0${slot}`
}

const ADDED = `calls = l.calls + excluded.calls, failed = l.failed + excluded.failed,
  timed = l.timed + excluded.timed, slow = l.slow + excluded.slow,
  buckets = (select array_agg(coalesce(a, 0) + coalesce(b, 0) order by n)
               from unnest(l.buckets, excluded.buckets) with ordinality as both_of (a, b, n))`

async function addSome(trx: Knex.Transaction, slots: readonly LevelSlot[]): Promise<void> {
  await trx.raw(
    `insert into service_levels as l (tenant, service, major, version, slot, plugin, calls, failed, timed, slow, buckets)
     select tenant, service, major, version, to_timestamp(slot / 1000), plugin, calls, failed, timed, slow, buckets
       from jsonb_to_recordset(?) as r (tenant text, service text, major int, version text, slot float8, plugin text,
            calls bigint, failed bigint, timed bigint, slow bigint, buckets bigint[])
     on conflict (tenant, service, major, version, slot) do update set ${ADDED}`,
    [JSON.stringify(slots)],
  )
}

export interface TenantSums extends ServiceMajor {
  readonly tenant: string
  readonly windows: Readonly<Record<WindowName, LevelSums>>
}

/** More tenants and services than a host has; what is beyond them is not judged at this look. */
const MAX_SUMS = 100_000

const counted = ['calls', 'failed', 'timed', 'slow'] as const

/** Of those services, by tenant. @param now milliseconds since the epoch */
export async function sumsByTenant(
  knex: Knex,
  services: readonly ServiceMajor[],
  now: number,
): Promise<TenantSums[]> {
  const longest = Math.max(...levelWindows.map(({ ms }) => ms))
  const sums = levelWindows.flatMap(({ name }) =>
    counted.map(
      (column) =>
        `coalesce(sum(${column}) filter (where slot >= ?), 0)::float8 as "${name} ${column}"`,
    ),
  )
  const since = levelWindows.flatMap(({ ms }) => counted.map(() => new Date(now - ms)))
  const { rows } = await knex.raw<{
    rows: (ServiceMajor & { tenant: string } & Record<string, number>)[]
  }>(
    `select tenant, service, major, ${sums.join(', ')} from service_levels
      where slot >= ? and (service, major) in (select * from unnest(?::text[], ?::int[]))
      group by tenant, service, major order by tenant, service, major limit ?`,
    [
      ...since,
      new Date(now - longest),
      services.map(({ service }) => service),
      services.map(({ major }) => major),
      MAX_SUMS,
    ],
  )
  return rows.map((row) => {
    const { tenant, service, major } = row
    const of = (name: WindowName) =>
      Object.fromEntries(counted.map((column) => [column, row[`${name} ${column}`] ?? 0]))
    const windows = Object.fromEntries(levelWindows.map(({ name }) => [name, of(name)]))
    return { tenant, service, major, windows } as unknown as TenantSums
  })
}

export interface VersionSums extends LevelSums {
  readonly major: number
  readonly version: string
  readonly window: WindowName
  readonly buckets: readonly number[]
}

/** Versions that served within 30 days: more than that nobody looks through. */
const MAX_VERSIONS = 600

/** Of one service by version and window, with how long its answers took. @param tenant null: of all */
export async function sumsByVersion(
  knex: Knex,
  { service, tenant, now }: { service: string; tenant: string | null; now: number },
): Promise<VersionSums[]> {
  const { rows } = await knex.raw<{ rows: VersionSums[] }>(
    `with windows as (select * from unnest(?::text[], ?::timestamptz[]) as w ("window", since)),
     slots as (
       select w."window", l.major, l.version, l.calls, l.failed, l.timed, l.slow, l.buckets
         from windows w join service_levels l on l.slot >= w.since
        where l.service = ? and (?::text is null or l.tenant = ?)
     ),
     histograms as (
       select "window", major, version, array_agg(counted order by n) as buckets
         from (select "window", major, version, n, sum(one)::float8 as counted
                 from slots, unnest(buckets) with ordinality as b (one, n) group by 1, 2, 3, 4) spread
        group by 1, 2, 3
     )
     select "window", major, version, sum(calls)::float8 as calls, sum(failed)::float8 as failed,
            sum(timed)::float8 as timed, sum(slow)::float8 as slow, h.buckets
       from slots join histograms h using ("window", major, version)
      group by 1, 2, 3, h.buckets order by 2, 3 limit ?`,
    [
      levelWindows.map(({ name }) => name),
      levelWindows.map(({ ms }) => new Date(now - ms)),
      ...[service, tenant, tenant, MAX_VERSIONS],
    ] as Knex.RawBinding[],
  )
  return rows
}

export interface Breach extends ServiceMajor {
  readonly tenant: string
  readonly level: LevelName
  readonly window: WindowName
  readonly plugin: string
  readonly since: Date
}

const breachColumns = ['tenant', 'service', 'major', 'level', 'window', 'plugin', 'since']

export async function listBreaches(knex: Knex): Promise<Breach[]> {
  return knex('service_level_breaches').select(breachColumns).limit(MAX_SUMS)
}

/** @param tenant null: of all */
export async function breachesOf(
  knex: Knex,
  service: string,
  tenant: string | null,
): Promise<Breach[]> {
  const rows = knex('service_level_breaches').where({ service }).select(breachColumns)
  if (tenant !== null) rows.where({ tenant })
  return rows.orderBy(['tenant', 'major', 'level', 'window']).limit(MAX_VERSIONS)
}

/** @returns false: another node did */
export async function insertBreach(trx: Knex, breach: Breach): Promise<boolean> {
  const rows = await trx('service_level_breaches')
    .insert(breach)
    .onConflict(['tenant', 'service', 'major', 'level', 'window'])
    .ignore()
    .returning('tenant')
  return rows.length > 0
}

/** @returns false: another node did */
export async function deleteBreach(
  trx: Knex,
  { tenant, service, major, level, window }: Breach,
): Promise<boolean> {
  const key = { tenant, service, major, level, window }
  return (await trx('service_level_breaches').where(key).delete()) > 0
}

/** Any number, as long as every host takes the same. */
const ROLL_UP_LOCK = 4455

/**
 * Adds slots that began before an instant up to the hours or days that they are in. What is more than four days older, as
 * after a long stop, stays as it is: to look for it each time would cost more than it takes.
 * @returns how many there were, at most `limit`; 0 where another node is at it
 */
export async function rollUpSlots(
  knex: Knex,
  { unit, before, limit }: { unit: 'hour' | 'day'; before: Date; limit: number },
): Promise<number> {
  return knex.transaction(async (trx) => {
    const turn = await trx.raw('select pg_try_advisory_xact_lock(?) as taken', [ROLL_UP_LOCK])
    if (!turn.rows[0].taken) return 0
    const { rows } = await trx.raw<{ rows: { gone: string }[] }>(
      `with gone as (
         delete from service_levels where ctid in (
           select ctid from service_levels
            where slot < date_trunc(?, ?::timestamptz, 'UTC') and slot > ?::timestamptz - interval '4 days'
              and slot <> date_trunc(?, slot, 'UTC')
            order by slot limit ?)
         returning *, date_trunc(?, slot, 'UTC') as whole
       ),
       histograms as (
         select tenant, service, major, version, whole, array_agg(counted order by n) as buckets
           from (select tenant, service, major, version, whole, n, sum(one)::bigint as counted
                   from gone, unnest(buckets) with ordinality as b (one, n) group by 1, 2, 3, 4, 5, 6) spread
          group by 1, 2, 3, 4, 5
       ),
       added as (
         insert into service_levels as l
                (tenant, service, major, version, slot, plugin, calls, failed, timed, slow, buckets)
         select tenant, service, major, version, whole, max(plugin), sum(calls), sum(failed), sum(timed), sum(slow),
                h.buckets
           from gone join histograms h using (tenant, service, major, version, whole)
          group by tenant, service, major, version, whole, h.buckets
         on conflict (tenant, service, major, version, slot) do update set ${ADDED}
       )
       select count(*) as gone from gone`,
      [unit, before, before, unit, limit, unit],
    )
    return Number(rows[0]?.gone ?? 0)
  })
}

/** @returns how many, at most `limit` */
export async function deleteSlotsBefore(knex: Knex, before: Date, limit: number): Promise<number> {
  return knex('service_levels')
    .whereRaw('ctid in (select ctid from service_levels where slot < ? limit ?)', [before, limit])
    .delete()
}
