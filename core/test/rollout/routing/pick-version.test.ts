import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { cohortOf } from '../../../src/rollout/rollout-weight.ts'
import { pickVersion } from '../../../src/rollout/routing/pick-version.ts'
import {
  type Binding,
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../../src/rollout/routing/snapshot.ts'

const plugin = 'orders'

function installed(version: string): InstalledVersion {
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

function snapshotOf(
  versions: readonly string[],
  stable: string | undefined,
  bindings: Readonly<Record<string, Binding>>,
): Snapshot {
  return {
    ...emptySnapshot,
    stable: new Map(stable === undefined ? [] : [[plugin, stable]]),
    versions: new Map(versions.map((version) => [versionKey(plugin, version), installed(version)])),
    bindings: new Map(
      Object.entries(bindings).map(([tenant, binding]) => [tenantKey(tenant, plugin), binding]),
    ),
  }
}

const served = (snapshot: Snapshot, tenant: string) => {
  const pick = pickVersion(snapshot, plugin, { tenant, requestId: 'r' })
  return pick.kind === 'version' ? pick.version.version : pick.kind
}

t.test('an enabled tenant gets the stable version, a pinned or held one its own', async (t) => {
  const snapshot = snapshotOf(['1.0.0', '1.1.0'], '1.1.0', {
    enabled: { binding: 'enabled', pinnedVersion: null },
    pinned: { binding: 'pinned', pinnedVersion: '1.0.0' },
    held: { binding: 'held', pinnedVersion: '1.0.0' },
    off: { binding: 'disabled', pinnedVersion: null },
  })
  t.equal(served(snapshot, 'enabled'), '1.1.0')
  t.equal(served(snapshot, 'pinned'), '1.0.0')
  t.equal(served(snapshot, 'held'), '1.0.0')
  t.equal(served(snapshot, 'off'), 'not-enabled')
  t.equal(served(snapshot, 'nobody'), 'not-enabled')
})

t.test('a version that cannot serve is told, never replaced by another in silence', async (t) => {
  const pinned = snapshotOf(['1.1.0'], '1.1.0', {
    acme: { binding: 'pinned', pinnedVersion: '1.0.0' },
  })
  t.equal(served(pinned, 'acme'), 'not-ready')
  const none = snapshotOf([], undefined, { acme: { binding: 'enabled', pinnedVersion: null } })
  t.equal(served(none, 'acme'), 'not-ready')
})

t.test(
  'whatever is bound and installed: the pinned version, else the stable, else a reason',
  async () => {
    const names = fc.constantFrom('1.0.0', '1.1.0', '2.0.0')
    const bindings = fc.record({
      binding: fc.constantFrom('enabled' as const, 'pinned' as const, 'held' as const),
      pinnedVersion: fc.option(names),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(names),
        fc.option(names),
        bindings,
        (versions, stable, binding) => {
          const wanted = binding.pinnedVersion ?? stable
          const expected = wanted !== null && versions.includes(wanted) ? wanted : 'not-ready'
          return (
            served(snapshotOf(versions, stable ?? undefined, { acme: binding }), 'acme') ===
            expected
          )
        },
      ),
    )
  },
)

t.test(
  'in a shadow step who is denied is not compared either, by whatever it is listed',
  async (t) => {
    const shadow = { sample: 1, minRequests: 1, maxDiff: 0 }
    const lists = {
      deny: ['tenant:acme', 'unit:globex/suzhou'],
      allow: ['tenant:initech'],
      cohorts: {},
    }
    const steps = [{ shadow }, { weightBp: 10_000, hold: {} }]
    const stand = { state: 'running', step: 0, steps, salt: 's', cohortBy: 'request' } as const
    const cohort = cohortOf({ ...stand, keys: { unit: '/site' }, lists })
    const tenants = ['acme', 'globex', 'initech']
    const enabled = { binding: 'enabled', pinnedVersion: null } as const
    const snapshot: Snapshot = {
      ...snapshotOf(
        ['1.0.0', '1.1.0'],
        '1.0.0',
        Object.fromEntries(tenants.map((tenant) => [tenant, enabled])),
      ),
      rollouts: new Map([
        [plugin, { id: 'r', from: '1.0.0', to: '1.1.0', step: 0, cohort, shadow }],
      ]),
    }
    const compared = (tenant: string, site?: string) => {
      const pick = pickVersion(snapshot, plugin, { tenant, requestId: 'r', input: { site } })
      t.match(pick, { kind: 'version', arm: 'stable', sharing: undefined })
      return pick.kind === 'version' && pick.mirrored !== undefined
    }
    t.equal(compared('acme'), false)
    t.equal(compared('globex', 'suzhou'), false)
    t.equal(compared('globex', 'berlin'), true)
    t.equal(compared('initech'), true)
  },
)
