import type { Knex } from 'knex'
import { type InstallationState, servingStates } from '../../registry/installation-states.ts'
import { sharingStates, terminalStates } from '../rollout-states.ts'
import type { ContractFacts } from './contract-rule.ts'

/** Plugins that have tables and a stable version. */
export async function listDataPlugins(knex: Knex): Promise<string[]> {
  const rows = await knex('plugins as p')
    .join('installations as i', { 'i.plugin': 'p.name', 'i.version': 'p.stable_version' })
    .whereRaw("jsonb_exists(i.manifest->'capabilities', 'db:own')")
    .whereRaw("jsonb_exists(i.manifest, 'migrations')")
    .orderBy('p.name')
    .limit(1000)
    .select('p.name')
  return rows.map(({ name }) => name)
}

/** Versions that may be given calls, newest first. */
export async function listServing(knex: Knex, plugin: string): Promise<string[]> {
  const states: readonly InstallationState[] = servingStates
  const rows = await knex('installations')
    .where({ plugin })
    .whereIn('state', states)
    .orderBy('created_at', 'desc')
    .limit(200)
    .select('version')
  return rows.map(({ version }) => version)
}

/** Who may still need an older version of a plugin. @param windowMs how long a rollout can be taken back */
export async function readHolders(
  knex: Knex,
  plugin: string,
  windowMs: number,
): Promise<Pick<ContractFacts, 'pins' | 'windows' | 'live' | 'sharing'>> {
  // A tenant that holds a version is pinned to it as well.
  const pins = await knex('bindings')
    .where({ plugin })
    .whereNotNull('pinned_version')
    .orderBy('tenant')
    .select('tenant', 'pinned_version as version')
  const rollouts = await knex('rollouts')
    .where({ plugin, kind: 'plugin' })
    .whereNotIn('state', terminalStates)
    .orderBy('id')
    .select('id', 'from_version', 'to_version', 'state', 'updated_at')
  const windows = rollouts
    .filter(({ state }) => state === 'completed')
    .map(({ id, from_version, updated_at }) => {
      return { rollout: id, from: from_version, openUntil: updated_at.getTime() + windowMs }
    })
  const live = rollouts
    .filter(({ state }) => state !== 'completed')
    .map(({ id, from_version, to_version }) => {
      return { rollout: id, from: from_version, to: to_version }
    })
  const sharing = await knex('rollouts')
    .where({ plugin })
    .whereIn('state', sharingStates)
    .orderBy('id')
    .select('id', 'kind', 'to_version')
  return {
    pins,
    windows,
    live,
    sharing: sharing.map(({ id, kind, to_version }) => {
      return { rollout: id, version: kind === 'plugin' ? to_version : null }
    }),
  }
}
