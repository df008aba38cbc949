import t from 'tap'
import { holdBundles } from '../../../src/rollout/routing/held-bundles.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
  versionKey,
} from '../../../src/rollout/routing/snapshot.ts'

function installed(plugin: string, version: string, tier: 'sandbox' | 'trusted'): InstalledVersion {
  const manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: plugin },
    runtime: { tier, entry: 'dist/plugin.js' },
  } as InstalledVersion['manifest']
  const limits = { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 1024 }
  return { plugin, version, manifest, limits, bundleSha256: version, operations: new Map() }
}

function snapshotOf(...plugins: readonly [string, 'sandbox' | 'trusted'][]): Snapshot {
  const cohort = { salt: 's', weightBp: 100, cohortBy: 'request' } as const
  const versions = plugins.flatMap(([plugin, tier]) =>
    ['1.0.0', '1.1.0', '1.2.0'].map(
      (one) => [versionKey(plugin, one), installed(plugin, one, tier)] as const,
    ),
  )
  const live = plugins.map(
    ([plugin]) => [plugin, { id: plugin, from: '1.0.0', to: '1.1.0', step: 0, cohort }] as const,
  )
  return { ...emptySnapshot, versions: new Map(versions), rollouts: new Map(live) }
}

t.test('both versions of a rollout are in memory before anybody calls them', async (t) => {
  const asked: string[] = []
  let told: (before: Snapshot, after: Snapshot) => void = () => undefined
  const routing = {
    snapshot: snapshotOf(['orders', 'sandbox']),
    follow: (follower: typeof told) => {
      told = follower
    },
  }
  holdBundles(routing, async ({ plugin, version }) => {
    asked.push(versionKey(plugin, version))
    throw new Error('PostgreSQL is away')
  })
  t.same(asked.splice(0), ['orders@1.0.0', 'orders@1.1.0'], 'of a rollout that runs at the start')
  told(routing.snapshot, emptySnapshot)
  t.same(asked, [])
  told(emptySnapshot, snapshotOf(['stock', 'sandbox'], ['ledger', 'trusted']))
  t.same(asked, ['stock@1.0.0', 'stock@1.1.0'], 'trusted ones have their processes')
})
