import type { Knex } from 'knex'

/** Of one key: how many calls are asked for at once. */
export interface BurstWish {
  readonly key: string
  readonly ratePerS: number
  readonly burst: number
  readonly wished: number
  /** Milliseconds of the burst that this node knows to be spent, though the row may not. */
  readonly floorMs: number
}

export interface BurstGrant {
  readonly granted: number
  /** How far the theoretical arrival time is ahead of now, ms: 0 where the whole burst is there. */
  readonly aheadMs: number
}

/** A call that waits longer is decided without PostgreSQL. */
const DECIDE_MS = 500

/**
 * GCRA for many keys in one statement, exact whoever asks at the same time: what is read and written of a row is under its
 * lock. In the order of the keys, so that two nodes never wait for each other in a circle. Times are PostgreSQL's.
 * @returns by key
 */
export async function takeBursts(
  knex: Knex,
  wishes: readonly BurstWish[],
  decideMs = DECIDE_MS,
): Promise<ReadonlyMap<string, BurstGrant>> {
  const { rows } = await knex
    .raw<{ rows: { key: string; granted: number; ahead_ms: number }[] }>(
      `with wish as (
         select w.*, extract(epoch from clock_timestamp())::float8 * 1000 as now_ms
           from unnest(?::text[], ?::float8[], ?::int[], ?::int[], ?::float8[])
             as w (key, interval_ms, burst, wished, floor_ms)
       ),
       fresh as (
         select *, greatest(0, least(wished, floor(burst - floor_ms / interval_ms + 0.001)))::int as granted from wish
       )
       insert into burst_limits as b (key, tat_ms, granted, wished, interval_ms, burst, floor_ms)
       select key, now_ms + floor_ms + granted * interval_ms, granted, wished, interval_ms, burst, floor_ms
         from fresh order by key
       on conflict (key) do update set
         interval_ms = excluded.interval_ms, burst = excluded.burst,
         wished = excluded.wished, floor_ms = excluded.floor_ms,
         (tat_ms, granted) = (
           select s.start_ms + s.granted * excluded.interval_ms, s.granted
             from (
               select t.start_ms, greatest(0, least(excluded.wished,
                        floor((t.now_ms - t.start_ms) / excluded.interval_ms + excluded.burst + 0.001)))::int as granted
                 from (
                   select n.now_ms, greatest(b.tat_ms, n.now_ms + excluded.floor_ms) as start_ms
                     from (select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms) n
                 ) t
             ) s
         )
       returning key, granted, greatest(0, tat_ms - extract(epoch from clock_timestamp())::float8 * 1000) as ahead_ms`,
      [
        wishes.map(({ key }) => key),
        wishes.map(({ ratePerS }) => 1000 / ratePerS),
        wishes.map(({ burst }) => burst),
        wishes.map(({ wished }) => wished),
        wishes.map(({ floorMs }) => floorMs),
      ],
    )
    .timeout(decideMs)
  return new Map(rows.map((row) => [row.key, { granted: row.granted, aheadMs: row.ahead_ms }]))
}

/** A row whose arrival time is past says nothing that its absence does not. */
export async function forgetBursts(knex: Knex): Promise<void> {
  await knex.raw(
    `delete from burst_limits where key in (
       select key from burst_limits where tat_ms < extract(epoch from clock_timestamp()) * 1000 - 60000
        order by key limit 1000 for update skip locked)`,
  )
}
