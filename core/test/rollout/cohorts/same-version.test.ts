import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import type { CohortBy, CohortCall } from '../../../src/rollout/cohorts/cohort.ts'
import { pickVersion } from '../../../src/rollout/routing/pick-version.ts'
import {
  type Binding,
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../../src/rollout/routing/snapshot.ts'

interface Rows {
  readonly plugins: readonly string[]
  readonly bindings: readonly (readonly [string, Binding])[]
  readonly salt: string
  readonly weightBp: number
  readonly cohortBy: CohortBy
}

const versions = ['1.0.0', '1.1.0'] as const

function installed(plugin: string, version: string): InstalledVersion {
  return {
    plugin,
    version,
    manifest: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: plugin },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    },
    limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 1024 },
    bundleSha256: version,
    operations: new Map(),
  }
}

/** As a node loads it; @param order of the rows, which PostgreSQL promises nobody */
function snapshotOf(rows: Rows, order: <Row>(list: readonly Row[]) => readonly Row[]): Snapshot {
  const { plugins, bindings, salt, weightBp, cohortBy } = rows
  const ordered = order(plugins)
  return {
    ...emptySnapshot,
    stable: new Map(ordered.map((plugin) => [plugin, versions[0]])),
    versions: new Map(
      ordered.flatMap((plugin) =>
        order(versions).map((version) => [versionKey(plugin, version), installed(plugin, version)]),
      ),
    ),
    bindings: new Map(order(bindings)),
    rollouts: new Map(
      ordered.map((plugin) => [
        plugin,
        {
          id: salt,
          from: versions[0],
          to: versions[1],
          step: 0,
          cohort: { salt: `${salt}/${plugin}`, weightBp, cohortBy },
        },
      ]),
    ),
  }
}

const plugins = ['orders', 'stock', '@acme/数据']
const tenants = ['acme', 'globex', '苏州']
const binding = fc.constantFrom<Binding>(
  { binding: 'enabled', pinnedVersion: null },
  { binding: 'pinned', pinnedVersion: '1.0.0' },
  { binding: 'held', pinnedVersion: '1.1.0' },
  { binding: 'disabled', pinnedVersion: null },
)
const rowsOf = fc.record({
  plugins: fc.constant(plugins),
  bindings: fc
    .array(binding, { minLength: 9, maxLength: 9 })
    .map((list) =>
      list.map(
        (one, at) =>
          [
            tenantKey(tenants[at % 3] as string, plugins[Math.floor(at / 3)] as string),
            one,
          ] as const,
      ),
    ),
  salt: fc.string(),
  weightBp: fc.integer({ min: 0, max: 10_000 }),
  cohortBy: fc.constantFrom<CohortBy>('request', 'app', 'tenant', 'subject', 'unit', 'entity'),
})
const callOf: fc.Arbitrary<CohortCall> = fc.record(
  {
    requestId: fc.string(),
    tenant: fc.constantFrom(...tenants),
    app: fc.string(),
    subject: fc.string(),
    unit: fc.string(),
    entity: fc.string(),
  },
  { requiredKeys: ['requestId', 'tenant'] },
)

function served(snapshot: Snapshot, plugin: string, call: CohortCall): string {
  const pick = pickVersion(snapshot, plugin, call)
  return pick.kind === 'version' ? `${pick.arm} ${pick.version.version}` : pick.kind
}

t.test('the same key is given the same version by every node', async () => {
  fc.assert(
    fc.property(rowsOf, callOf, fc.constantFrom(...plugins), (rows, call, plugin) => {
      const one = snapshotOf(rows, (list) => list)
      const other = snapshotOf(structuredClone(rows), (list) => list.toReversed())
      const version = served(one, plugin, call)
      return served(other, plugin, call) === version && served(one, plugin, call) === version
    }),
    { numRuns: 1000 },
  )
})

t.test('a weight that grows takes the new version from nobody', async () => {
  fc.assert(
    fc.property(rowsOf, callOf, fc.nat(10_000), (rows, call, more) => {
      const before = served(
        snapshotOf(rows, (list) => list),
        'orders',
        call,
      )
      const weightBp = Math.min(10_000, rows.weightBp + more)
      const after = served(
        snapshotOf({ ...rows, weightBp }, (list) => list),
        'orders',
        call,
      )
      return !before.startsWith('canary') || after === before
    }),
    { numRuns: 1000 },
  )
})
