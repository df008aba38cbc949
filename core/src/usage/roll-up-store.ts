import type { Knex } from 'knex'

const tables = [
  {
    table: 'usage_hours',
    names:
      'subscription, operation, version, status_class, price, tenant, app, service, major, plugin',
    sums: ['calls', 'bytes_in', 'bytes_out', 'cpu_us'],
    key: 'subscription, hour, operation, version, status_class, price, service, major',
  },
  {
    table: 'usage_units',
    names: 'subscription, operation, version, unit, price, tenant, app, service, major, plugin',
    sums: ['units'],
    key: 'subscription, hour, operation, version, unit, price, service, major',
  },
] as const

/** Any number, as long as every host takes the same. */
const ROLL_UP_LOCK = 4454

/**
 * Adds the hours of the oldest day that has any, and is over by `before`, up to its first hour. What is more than 40
 * days older stays as it is: to look for it each time would cost more than it takes.
 * @returns false: there is none, or another node is at it
 */
export async function rollUpDay(knex: Knex, before: Date): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const turn = await trx.raw('select pg_try_advisory_xact_lock(?) as taken', [ROLL_UP_LOCK])
    if (!turn.rows[0].taken) return false
    let isDone = false
    for (const { table, names, sums, key } of tables) {
      const { rowCount } = await trx.raw(
        `with oldest as (
           select date_trunc('day', hour, 'UTC') as day from ${table}
            where hour < date_trunc('day', ?::timestamptz, 'UTC') and hour > ?::timestamptz - interval '40 days'
              and hour <> date_trunc('day', hour, 'UTC')
            order by hour limit 1
         ),
         gone as (
           delete from ${table} using oldest
            where hour > oldest.day and hour < oldest.day + interval '1 day' returning ${table}.*, oldest.day
         )
         insert into ${table} as u (hour, ${names}, ${sums.join(', ')})
         select day, ${names}, ${sums.map((sum) => `sum(${sum})`).join(', ')} from gone group by day, ${names}
         on conflict (${key}) do update set ${sums.map((sum) => `${sum} = u.${sum} + excluded.${sum}`).join(', ')}`,
        [before, before],
      )
      isDone ||= rowCount > 0
    }
    return isDone
  })
}

/** Leases that are settled, and nodes that ended in order: what is known of them is in the counts. */
export async function forgetOldLeases(knex: Knex, before: Date): Promise<void> {
  await knex('usage_leases').where('settled_at', '<', before).delete()
  await knex('usage_nodes').where('found_at', '<', before).delete()
  // Of those that lost nothing nothing is to be told: a week is for whoever looks.
  await knex.raw(
    `delete from usage_leases where unknown = 0 and settled_at < now() - interval '7 days'`,
  )
  await knex.raw(
    `delete from usage_nodes where ended = 'clean' and found_at < now() - interval '7 days'`,
  )
}
