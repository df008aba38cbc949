import { compileContracts } from '@signalbox/sdk/compile-contract'
import type { Contract } from '@signalbox/sdk/contract'
import { type Manifest, runtimeLimits } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { offeredEvents } from '../../catalog/offered-event.ts'
import { servingStates } from '../../registry/installation-states.ts'
import { documentKey, documentOf, isOfPlugin } from '../documents/document-subject.ts'
import { shadowOf } from '../plan/steps.ts'
import { listLiveRollouts, type Rollout } from '../rollout-store.ts'
import { cohortOf } from '../rollout-weight.ts'
import {
  loadCredentials,
  loadDeprecations,
  loadRevokedTokens,
  loadSubscriptions,
  loadTokenKeys,
} from './admission-store.ts'
import {
  type Binding,
  type Grant,
  type InstalledVersion,
  type LiveRollout,
  type Snapshot,
  serviceKey,
  tenantKey,
  versionKey,
} from './snapshot.ts'

export async function readGeneration(knex: Knex): Promise<number> {
  const row = await knex('routing').first('generation')
  return Number(row.generation)
}

/** One that is not answered by then is asked again on another connection. */
const PULSE_MS = 2000

/** The generation, and the database's time in milliseconds since the epoch. */
export async function readPulse(knex: Knex): Promise<{ generation: number; at: number }> {
  const at = knex.raw('extract(epoch from clock_timestamp()) * 1000 as at')
  const row = await knex('routing').first('generation', at).timeout(PULSE_MS)
  return { generation: Number(row.generation), at: Number(row.at) }
}

/**
 * Reads everything as of one generation, in one repeatable-read transaction.
 * @param onBroken told of a version that cannot be compiled: it is left out, so that one bad version never
 *   keeps the others from being routed
 * @param known versions compiled before: installed versions are immutable, so they are never compiled twice.
 */
export async function loadSnapshot(
  knex: Knex,
  known: ReadonlyMap<string, InstalledVersion>,
  onBroken: (key: string, error: unknown) => void,
): Promise<Snapshot> {
  return knex.transaction(
    async (trx) => {
      const generation = await readGeneration(trx)
      const plugins = await trx('plugins').whereNotNull('stable_version')
      const blocked = await loadBlocked(trx)
      return Object.freeze({
        generation,
        stable: new Map(plugins.map((row) => [row.name, row.stable_version])),
        versions: await loadVersions(trx, { known, blocked, onBroken }),
        blocked,
        bindings: await loadBindings(trx),
        ...(await loadRollouts(trx)),
        grants: await loadGrants(trx),
        configs: await loadConfigs(trx),
        providers: await loadProviders(trx),
        subscriptions: await loadSubscriptions(trx),
        credentials: await loadCredentials(trx),
        tokenKeys: await loadTokenKeys(trx),
        revokedTokens: await loadRevokedTokens(trx),
        deprecations: await loadDeprecations(trx),
      })
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  )
}

async function loadVersions(
  trx: Knex,
  {
    known,
    blocked,
    onBroken,
  }: {
    readonly known: ReadonlyMap<string, InstalledVersion>
    readonly blocked: ReadonlyMap<string, string>
    readonly onBroken: (key: string, error: unknown) => void
  },
): Promise<Map<string, InstalledVersion>> {
  const keys = await trx('installations')
    .whereIn('state', servingStates)
    .select('plugin', 'version')
  const versions = new Map<string, InstalledVersion>()
  for (const { plugin, version } of keys) {
    const key = versionKey(plugin, version)
    // Nothing is given to it, whoever asks: calls, events, jobs, functions.
    if (blocked.has(key)) continue
    const row = known.has(key)
      ? undefined
      : await trx('installations').where({ plugin, version }).first()
    try {
      versions.set(key, known.get(key) ?? compileVersion(row))
    } catch (error) {
      onBroken(key, error)
    }
  }
  return versions
}

/** @throws what ajv throws, where a contract was stored by a host that checked less than this one. */
function compileVersion(row: Readonly<Record<string, unknown>>): InstalledVersion {
  const manifest = row.manifest as Manifest
  const contracts = row.contracts as Record<string, Contract>
  return {
    plugin: row.plugin as string,
    version: row.version as string,
    manifest,
    limits: runtimeLimits(manifest),
    bundleSha256: row.bundle_sha256 as string,
    operations: compileContracts(manifest, contracts),
    offers: offeredEvents(contracts),
    contracts,
  }
}

async function loadBindings(trx: Knex): Promise<Map<string, Binding>> {
  const rows = await trx('bindings')
  return new Map(
    rows.map((row) => [
      tenantKey(row.tenant, row.plugin),
      { binding: row.binding, pinnedVersion: row.pinned_version },
    ]),
  )
}

/** Those of plugins, and those of documents. */
async function loadRollouts(trx: Knex): Promise<Pick<Snapshot, 'rollouts' | 'documents'>> {
  const live = await listLiveRollouts(trx)
  const ofDocuments = live.filter((rollout) => !isOfPlugin(rollout))
  return {
    rollouts: new Map(live.filter(isOfPlugin).map((one) => [one.plugin, liveOf(one)])),
    documents: new Map(
      ofDocuments.map((one) => [documentKey(one.plugin, documentOf(one)), liveOf(one)]),
    ),
  }
}

function liveOf(rollout: Rollout): LiveRollout {
  const { id, from, to, step, analysis } = rollout
  const stepStartedAt = rollout.stepStartedAt ?? 0
  const shadow = rollout.state === 'running' ? shadowOf(rollout.steps[step]) : undefined
  const { metrics, failures, warmUpCalls } = analysis
  const judged = { metrics, tolerance: failures?.tolerance, warmUpCalls }
  const live = { id, from, to, step, stepStartedAt, cohort: cohortOf(rollout), ...judged }
  return shadow === undefined ? live : { ...live, shadow }
}

async function loadGrants(trx: Knex): Promise<Map<string, Grant[]>> {
  const rows = await trx('grants').whereNull('revoked_at').orderBy('id')
  const grants = new Map<string, Grant[]>()
  for (const row of rows) {
    const key = tenantKey(row.tenant, row.plugin)
    const list = grants.get(key) ?? []
    list.push({ id: row.id, capability: row.capability, parameters: row.parameters })
    grants.set(key, list)
  }
  return grants
}

async function loadConfigs(trx: Knex): Promise<Map<string, string>> {
  const rows = await trx('plugin_configs')
    .distinctOn('tenant', 'plugin')
    .orderBy(['tenant', 'plugin', { column: 'revision', order: 'desc' }])
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.plugin), JSON.stringify(row.config)]))
}

async function loadProviders(trx: Knex): Promise<Map<string, string>> {
  const rows = await trx('services').whereNotNull('plugin')
  return new Map(rows.map((row) => [serviceKey(row.id, row.major), row.plugin]))
}

/** Reasons by `plugin@version`, of what is installed and was blocked. */
async function loadBlocked(trx: Knex): Promise<ReadonlyMap<string, string>> {
  const rows = await trx('withdrawn_versions as w')
    .join('installations as i', (on) =>
      on.on('i.plugin', 'w.package').andOn('i.version', 'w.version'),
    )
    .where({ 'w.state': 'blocked' })
    .select('i.plugin', 'i.version', 'w.reason')
  return new Map(rows.map((row) => [versionKey(row.plugin, row.version), row.reason]))
}
