import type { Knex } from 'knex'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { AttemptState } from './attempt-states.ts'
import type { UpdateMode } from './update-decision.ts'

/** The only place with SQL for plugin_updates and plugin_update_attempts. */

export interface UpdateSetting {
  readonly mode: UpdateMode
  readonly minimumAgeHours: number
  readonly setBy: string
  readonly setAt: Date
}

export interface Attempt {
  readonly version: string
  readonly state: AttemptState
  readonly reason: AttemptReason | null
  readonly rollout: string | null
  readonly changedAt: Date
}

export interface AttemptReason {
  readonly code: string
  readonly detail: string
}

/** A look that this node alone takes. */
export interface Claimed {
  readonly plugin: string
  /** As it was when the look began. */
  readonly wake: string
}

export const dueUpdates: DueQuestion = {
  sql: `select case when exists (select from plugin_update_wakes) then 0 else ${msUntil(
    `select min(greatest(look_at, coalesce(leased_until, look_at)))
       from plugin_updates where mode <> 'manual'`,
  )} end`,
}

export async function findSetting(knex: Knex, plugin: string): Promise<UpdateSetting | undefined> {
  return knex('plugin_updates').where({ plugin }).first<UpdateSetting | undefined>('mode', {
    minimumAgeHours: 'minimum_age_hours',
    setBy: 'set_by',
    setAt: 'set_at',
  })
}

export interface AutomaticPlugin {
  readonly plugin: string
  readonly mode: UpdateMode
  /** In service. */
  readonly stable: string
}

/** More than a host has plugins of some scopes. */
const MOST_AUTOMATIC = 1000

/** Plugins of these scopes that are updated by themselves and serve. */
export async function listAutomatic(
  knex: Knex,
  scopes: readonly string[],
): Promise<readonly AutomaticPlugin[]> {
  return knex('plugin_updates')
    .join('plugins', 'plugins.name', 'plugin_updates.plugin')
    .whereNot('mode', 'manual')
    .whereNotNull('stable_version')
    .whereRaw(`split_part(plugin, '/', 1) = any(?)`, [[...scopes]])
    .orderBy('plugin')
    .limit(MOST_AUTOMATIC)
    .select('plugin', 'mode', { stable: 'stable_version' })
}

/** It is looked at once more, at once. */
export async function putSetting(
  trx: Knex.Transaction,
  given: { plugin: string; mode: UpdateMode; minimumAgeHours: number; by: string },
): Promise<void> {
  const { plugin, mode, minimumAgeHours, by } = given
  await trx('plugin_updates')
    .insert({
      ...{ plugin, mode, minimum_age_hours: minimumAgeHours, set_by: by },
      ...{ set_at: trx.fn.now(), look_at: trx.raw('clock_timestamp()') },
    })
    .onConflict('plugin')
    .merge({
      ...{ mode, minimum_age_hours: minimumAgeHours, set_by: by, set_at: trx.fn.now() },
      look_at: trx.raw('clock_timestamp()'),
      wake: trx.raw('plugin_updates.wake + 1'),
    })
}

const lease = (knex: Knex, ms: number) =>
  knex.raw("clock_timestamp() + ? * interval '1 millisecond'", [ms])

/** @returns the plugin that has waited longest, which no other node looks at for so long */
export async function claimUpdate(knex: Knex, leaseMs: number): Promise<Claimed | undefined> {
  const due = knex('plugin_updates')
    .whereNot('mode', 'manual')
    .whereRaw('look_at <= clock_timestamp()')
    .whereRaw('coalesce(leased_until, look_at) <= clock_timestamp()')
    .orderBy('look_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .select('plugin')
  const [claimed] = await knex('plugin_updates')
    .where('plugin', due)
    .update({ leased_until: lease(knex, leaseMs) })
    .returning<Claimed[]>(['plugin', 'wake'])
  return claimed
}

/** While the look goes on. */
export async function holdUpdate(knex: Knex, plugin: string, leaseMs: number): Promise<void> {
  await knex('plugin_updates')
    .where({ plugin })
    .update({ leased_until: lease(knex, leaseMs) })
}

/** @param ms until the next look, unless something changed meanwhile: then it is taken at once */
export async function releaseUpdate(
  knex: Knex,
  { plugin, wake }: Claimed,
  ms: number,
): Promise<void> {
  await knex('plugin_updates')
    .where({ plugin })
    .update({
      leased_until: null,
      look_at: knex.raw('case when wake = ? then ? else look_at end', [wake, lease(knex, ms)]),
    })
}

/** The newest first; at most 200. */
export async function listAttempts(knex: Knex, plugin: string): Promise<readonly Attempt[]> {
  return knex('plugin_update_attempts')
    .where({ plugin })
    .orderBy('changed_at', 'desc')
    .limit(200)
    .select('version', 'state', 'reason', 'rollout', { changedAt: 'changed_at' })
}

export async function lockAttempt(
  trx: Knex.Transaction,
  plugin: string,
  version: string,
): Promise<{ readonly state: AttemptState } | undefined> {
  return trx('plugin_update_attempts').where({ plugin, version }).forUpdate().first('state')
}

export async function putAttempt(
  trx: Knex.Transaction,
  given: {
    plugin: string
    version: string
    state: AttemptState
    reason: AttemptReason | null
    rollout?: string
  },
): Promise<void> {
  const { plugin, version, state, reason, rollout } = given
  const values = {
    state,
    reason: reason === null ? null : JSON.stringify(reason),
    changed_at: trx.fn.now(),
    ...(rollout === undefined ? {} : { rollout }),
  }
  await trx('plugin_update_attempts')
    .insert({ plugin, version, ...values })
    .onConflict(['plugin', 'version'])
    .merge(values)
}
