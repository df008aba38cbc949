import type { Knex } from 'knex'

/** The only place that writes plugin_update_wakes. */

/** Of those that are updated by themselves. Adds rows alone: a change never waits here for another, or for a look. */
export async function noteWakes(
  trx: Knex.Transaction,
  plugins: readonly string[] | 'all',
): Promise<void> {
  if (plugins.length === 0) return
  const [isAll, some] = plugins === 'all' ? [true, []] : [false, [...plugins]]
  await trx.raw(
    `insert into plugin_update_wakes (plugin)
     select plugin from plugin_updates where mode <> 'manual' and (?::boolean or plugin = any (?::text[]))`,
    [isAll, some],
  )
}

/**
 * Of those whose version in service requires one of these. One that never served is new here: a version that nobody has
 * installed yet may wait for it, so all are woken. That is the doing of a person, never of an update.
 */
export async function noteWakesOfRequiring(
  trx: Knex.Transaction,
  required: readonly string[],
): Promise<void> {
  if (required.length === 0) return
  await trx.raw(
    `insert into plugin_update_wakes (plugin)
     select u.plugin from plugin_updates u
       join plugins p on p.name = u.plugin
       join installations i on i.plugin = p.name and i.version = p.stable_version
      where u.mode <> 'manual'
        and (jsonb_exists_any(i.manifest -> 'requires', :required::text[])
          or exists (select from plugins r where r.name = any (:required::text[]) and r.stable_version is null))`,
    { required: [...required] },
  )
}

/** Of one statement; what is left is taken by the next. */
const MOST_TAKEN = 1000

/**
 * Makes what was noted due at once. In the order of the plugins: nodes that do this at once never wait for each other in
 * a circle, and a note that another node takes is left to it.
 */
export async function takeWakes(knex: Knex): Promise<void> {
  await knex.raw(
    `with taken as (
       delete from plugin_update_wakes where id in (
         select id from plugin_update_wakes order by id limit ? for update skip locked
       ) returning plugin
     ), held as (
       select plugin from plugin_updates where plugin in (select plugin from taken) order by plugin for update
     )
     update plugin_updates set look_at = clock_timestamp(), wake = wake + 1 where plugin in (select plugin from held)`,
    [MOST_TAKEN],
  )
}
