import type { Knex } from 'knex'
import { JobScheduler, type SchedulerPorts } from '../../src/jobs/job-scheduler.ts'
import type { Schedule } from '../../src/jobs/schedule.ts'
import {
  emptySnapshot,
  type Grant,
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'

export const timerPlugin = '@timer/one'

type Job = NonNullable<NonNullable<InstalledVersion['manifest']['provides']>['jobs']>[number]

export const perTenant: Grant = {
  id: 'grt_1',
  capability: 'job:schedule',
  parameters: { per: 'tenant' },
}

export function timerVersion(jobs: readonly Job[], version = '1.0.0'): InstalledVersion {
  return {
    plugin: timerPlugin,
    version,
    manifest: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Timer' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      provides: { jobs: [...jobs] },
    },
    limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 1024 },
    bundleSha256: version,
    operations: new Map(),
  }
}

/** A host on which these tenants have the plugin with the grant. */
export function timerSnapshot(
  tenants: readonly string[],
  jobs: readonly Job[] = [{ id: 'note' }],
  generation = 1,
): Snapshot {
  const version = timerVersion(jobs)
  return {
    ...emptySnapshot,
    generation,
    stable: new Map([[timerPlugin, version.version]]),
    versions: new Map([[versionKey(timerPlugin, version.version), version]]),
    bindings: new Map(
      tenants.map((tenant) => [
        tenantKey(tenant, timerPlugin),
        { binding: 'enabled', pinnedVersion: null },
      ]),
    ),
    grants: new Map(tenants.map((tenant) => [tenantKey(tenant, timerPlugin), [perTenant]])),
  }
}

/** The rows that schedules refer to. */
export async function insertOwners(knex: Knex, tenants: readonly string[]): Promise<void> {
  await knex('tenants').insert(tenants.map((id) => ({ id, name: id })))
  await knex('plugins').insert({ name: timerPlugin })
}

let lastRun = 0

/** A node's scheduler whose handlers are this function. */
export function fakeNode(
  knex: Knex,
  snapshot: () => Snapshot,
  execute: SchedulerPorts['execute'],
  changes: Partial<SchedulerPorts> = {},
): JobScheduler {
  return new JobScheduler({
    knex,
    snapshot,
    execute,
    metrics: { count: () => undefined, began: () => undefined },
    now: Date.now,
    random: () => 0,
    makeRunId: () => `run_${++lastRun}`,
    log: { warn: () => undefined },
    ...changes,
  })
}

export function noted(schedule: Schedule): string {
  return schedule.run?.payload ?? ''
}
