import t from 'tap'
import { unfitContributions } from '../../src/contributions/unfit-contributions.ts'
import type { InstalledVersion } from '../../src/rollout/routing/snapshot.ts'
import { contributor, ownerVersion, snapshotWith, versionOf } from '../support/contributors.ts'

/** Each version of an owner takes only its own number; the host's point takes nothing. */
const points = {
  hostFaults: (id: string) =>
    id === 'host/point/v1' ? [{ pointer: '/handler', detail: 'is required: add it' }] : undefined,
  faults: async ({ plugin, version }: InstalledVersion, _point: string, value: unknown) =>
    value === `${plugin}@${version}` ? [] : [{ pointer: '', detail: `not ${plugin}@${version}` }],
}

const owners = [ownerVersion('1.0.0'), ownerVersion('1.1.0'), ownerVersion('2.0.0')]

function unfit(
  values: readonly unknown[],
  parts: Partial<Parameters<typeof snapshotWith>[0]> = {},
  candidate = contributor('1.0.0', values),
) {
  const snapshot = snapshotWith({ versions: owners, stable: { owner: '1.1.0' }, ...parts })
  return unfitContributions({ snapshot: () => snapshot, points }, candidate)
}

t.test('what fits no owner is named by its place in package.json', async (t) => {
  const refusal = await unfit(['owner@1.1.0', 'else', 'owner@2.0.0'])
  t.equal(refusal?.code, 'CORE_CONTRIBUTION_UNFIT')
  const at = 'package.json'
  t.strictSame(refusal?.faults, [
    { pointer: '/signalbox/provides/contributes/1/value', detail: 'not owner@1.1.0', at },
    { pointer: '/signalbox/provides/contributes/2/value', detail: 'not owner@1.1.0', at },
  ])
})

t.test('one version of the owner that some tenant is served by is enough', async (t) => {
  const pinned = { bindings: { acme: { owner: '1.0.0' } } }
  t.equal(await unfit(['owner@1.0.0', 'owner@1.1.0'], pinned), undefined)
  const cohort = { salt: 'r', weightBp: 1, cohortBy: 'request' } as const
  const live = { id: 'r', from: '1.1.0', to: '2.0.0', step: 0, cohort }
  t.equal(await unfit(['owner@2.0.0'], { rollouts: [['owner', live]] }), undefined)
  t.ok(await unfit(['owner@1.0.0'], { bindings: { acme: { owner: 'enabled' } } }))
})

t.test('a stranger that declares the same point keeps nobody out', async (t) => {
  const versions = [ownerVersion('1.0.0', 'another'), ...owners]
  t.equal(await unfit(['owner@1.1.0'], { versions }), undefined)
})

t.test('where no owner is installed everything may come', async (t) => {
  t.equal(await unfit(['else'], { versions: [], stable: {} }), undefined)
})

t.test('the next version of the owner itself is not held to the one before', async (t) => {
  t.equal(await unfit([], {}, { ...contributor('1.0.0', ['else']), plugin: 'owner' }), undefined)
})

t.test('a point of the host has an owner always, and the faults have an end', async (t) => {
  const contributes = Array.from({ length: 60 }, () => ({ point: 'host/point/v1', value: {} }))
  const refusal = await unfit([], {}, versionOf('giver', '1.0.0', { contributes }))
  t.equal(refusal?.faults.length, 50)
  t.equal(refusal?.faults[0]?.pointer, '/signalbox/provides/contributes/0/value/handler')
})
