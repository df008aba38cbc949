import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  type PointDigest,
  pointChanges,
  pointDigests,
} from '../../src/contributions/point-digests.ts'
import {
  contributor,
  ownerVersion,
  point,
  snapshotWith,
  versionOf,
} from '../support/contributors.ts'

const versions = [ownerVersion(), contributor('1.0.0'), contributor('1.1.0')]
const both = { acme: { owner: 'enabled', giver: 'enabled' } }
const digestOf = (parts: Partial<Parameters<typeof snapshotWith>[0]>) =>
  pointDigests(snapshotWith({ versions, bindings: both, ...parts }))[0]?.digest

t.test('a tenant has a digest of its own for each point whose owner it enabled', async (t) => {
  const bindings = {
    acme: both.acme,
    globex: { owner: 'enabled', giver: 'disabled' },
    initech: { owner: 'disabled', giver: 'enabled' },
  }
  const found = pointDigests(snapshotWith({ versions, bindings }))
  t.match(found, [
    { tenant: 'acme', plugin: 'owner', point, digest: /^[0-9a-f]{64}$/ },
    { tenant: 'globex', plugin: 'owner', point, digest: '' },
  ])
  t.equal(found.length, 2)
})

t.test('it changes with the versions that may serve, and with nothing else', async (t) => {
  const cohort = (weightBp: number) => ({ salt: 'r', weightBp, cohortBy: 'request' as const })
  const rollout = (weightBp: number) =>
    digestOf({
      rollouts: [
        ['giver', { id: 'r', from: '1.0.0', to: '1.1.0', step: 0, cohort: cohort(weightBp) }],
      ],
    })
  const before = digestOf({})
  const promoted = digestOf({ stable: { giver: '1.1.0' } })
  t.not(before, promoted)
  t.equal(digestOf({ bindings: { acme: { owner: 'enabled', giver: '1.1.0' } } }), promoted)
  t.equal(rollout(0), before)
  t.equal(rollout(10_000), promoted)
  t.equal(rollout(1), rollout(9999), 'a weight alone is no news')
  t.notOk([before, promoted].includes(rollout(1)))
  const turned = { acme: { giver: 'enabled', owner: 'enabled' } }
  t.equal(digestOf({ generation: 9, bindings: turned }), before)
})

t.test('an owner that does not ask has none', async (t) => {
  const quiet = versionOf('owner', '1.0.0', {
    extensionPoints: [{ id: point, schema: 'schemas/method.json' }],
  })
  t.same(pointDigests(snapshotWith({ versions: [quiet, contributor()], bindings: both })), [])
})

t.test('what was told and what is differ by what has to be told, whatever they are', async () => {
  const one: fc.Arbitrary<PointDigest> = fc.record({
    tenant: fc.constantFrom('acme', 'globex'),
    plugin: fc.constantFrom('a', 'b'),
    point: fc.constantFrom('p', 'q'),
    digest: fc.constantFrom('', 'x', 'y'),
  })
  const keyOf = ({ tenant, plugin, point: id }: PointDigest) => `${tenant} ${plugin} ${id}`
  const some = fc.uniqueArray(one, { selector: keyOf })
  fc.assert(
    fc.property(some, some, (told, now) => {
      const { changed, gone } = pointChanges(told, now)
      const after = new Map(told.map((each) => [keyOf(each), each]))
      for (const each of gone) after.delete(keyOf(each))
      for (const each of changed) after.set(keyOf(each), each)
      const settled = pointChanges([...after.values()], now)
      const before = new Map(told.map((each) => [keyOf(each), each.digest]))
      const isNews = changed.every((each) => before.get(keyOf(each)) !== each.digest)
      return settled.changed.length === 0 && settled.gone.length === 0 && isNews
    }),
  )
})
