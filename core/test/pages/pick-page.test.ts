import { HOST_PAGE_POINT } from '@signalbox/sdk/host-page'
import t from 'tap'
import { isMounted, pageOf, pickPage, pluginAt } from '../../src/pages/pick-page.ts'
import { viewerOf } from '../../src/pages/viewer.ts'
import type { CohortBy } from '../../src/rollout/cohorts/cohort.ts'
import { type InstalledVersion, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { snapshotWith, versionOf } from '../support/contributors.ts'

const desk = '@pages/one'

function paged(version: string, { plugin = desk, path = '/desk', tier = 'trusted' } = {}) {
  const value = { path, entry: 'ui/index.html', title: { en: 'Desk' } }
  const made = versionOf(plugin, version, { contributes: [{ point: HOST_PAGE_POINT, value }] })
  const runtime = { ...made.manifest.runtime, tier }
  return { ...made, manifest: { ...made.manifest, runtime } } as InstalledVersion
}

function shared(weightBp: number, cohortBy: CohortBy, more: object = {}) {
  const cohort = { salt: 'r', weightBp, cohortBy }
  const live = { id: 'r', from: '1.0.0', to: '1.1.0', step: 0, cohort, ...more }
  const bindings = { acme: { [desk]: 'enabled' } }
  return snapshotWith({
    versions: [paged('1.0.0'), paged('1.1.0')],
    rollouts: [[desk, live]],
    bindings,
  })
}

const session = (number: number, tenant = 'acme', user = `usr_${number}`) =>
  viewerOf({
    principal: {
      ...{ kind: 'user', tenant, user, isService: false, proof: `ses_${number}` },
      ...{ grants: [], scope: null },
    },
  })

const versionSeen = (...asked: Parameters<typeof pickPage>) => {
  const pick = pickPage(...asked)
  return pick.kind === 'version' ? pick.version.version : pick.kind
}

t.test('a path is of the plugin that names it, and of the tier trusted alone', async (t) => {
  const stranger = paged('1.0.0', { plugin: '@a/stranger', tier: 'sandbox' })
  const snapshot = snapshotWith({ versions: [stranger, paged('1.0.0')] })
  t.equal(pluginAt(snapshot, '/desk'), desk)
  t.equal(pluginAt(snapshot, '/other'), undefined)
  t.equal(pageOf(stranger, '/desk'), undefined)
  t.equal(pageOf(paged('1.0.0'), '/desk')?.entry, 'ui/index.html')
})

t.test('a session sees one version for as long as the weight stays', async (t) => {
  const snapshot = shared(5000, 'request')
  const seen = Array.from({ length: 200 }, (_, at) => versionSeen(snapshot, desk, session(at)))
  t.strictSame(
    seen,
    Array.from({ length: 200 }, (_, at) => versionSeen(snapshot, desk, session(at))),
  )
  const canaries = seen.filter((version) => version === '1.1.0').length
  t.ok(canaries > 60 && canaries < 140, `${canaries} of 200`)
})

t.test('a user sees one version in all of his sessions where users stay together', async (t) => {
  const snapshot = shared(5000, 'subject')
  const seen = new Set(
    Array.from({ length: 50 }, (_, at) =>
      versionSeen(snapshot, desk, session(at, 'acme', 'usr_1')),
    ),
  )
  t.equal(seen.size, 1)
})

t.test(
  'whoever has no session sees the stable version, and an operator is drawn by his',
  async (t) => {
    const snapshot = shared(9999, 'request')
    const operator = { kind: 'operator' } as const
    t.equal(versionSeen(snapshot, desk, viewerOf({ principal: { kind: 'anonymous' } })), '1.0.0')
    t.equal(versionSeen(snapshot, desk, viewerOf({ principal: operator })), '1.0.0')
    const drawn = Array.from({ length: 20 }, (_, at) =>
      versionSeen(snapshot, desk, viewerOf({ principal: { ...operator, session: `s${at}` } })),
    )
    t.ok(drawn.includes('1.1.0'))
    const byTenant = shared(9999, 'tenant')
    t.equal(
      versionSeen(byTenant, desk, viewerOf({ principal: { ...operator, session: 's' } })),
      '1.0.0',
    )
  },
)

t.test('a canary that a node withholds is shown to nobody', async (t) => {
  const snapshot = shared(10_000, 'request', { isWithheld: true })
  t.equal(versionSeen(snapshot, desk, session(1)), '1.0.0')
  t.equal(
    versionSeen(snapshot, desk, viewerOf({ principal: { kind: 'operator', session: 's' } })),
    '1.0.0',
  )
})

t.test('another tenant, and one that takes its consent back, does not see it', async (t) => {
  const snapshot = shared(0, 'request')
  t.equal(versionSeen(snapshot, desk, session(1, 'globex')), 'not-enabled')
  t.equal(isMounted(snapshot, desk, session(1)), false)
  const parameters = { point: HOST_PAGE_POINT }
  const grant = { id: 'grt_1', capability: 'ui:mount', parameters }
  const grants = new Map([[tenantKey('acme', desk), [grant]]])
  t.equal(isMounted({ ...snapshot, grants }, desk, session(1)), true)
  const other = { ...grant, parameters: { point: 'console/page/v1' } }
  const elsewhere = new Map([[tenantKey('acme', desk), [other]]])
  t.equal(isMounted({ ...snapshot, grants: elsewhere }, desk, session(1)), false)
})
