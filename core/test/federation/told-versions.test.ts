import type { IndexedVersion, PackageIndex } from '@signalbox/sdk/trust/package-index'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { isAllowed, scopeOf } from '../../src/federation/scope-of.ts'
import {
  datedVersions,
  indexFault,
  type Known,
  offerOf,
} from '../../src/federation/told-versions.ts'

const hour = 3_600_000
const now = Date.UTC(2030, 0, 10)

function version(changes: Partial<IndexedVersion> = {}): IndexedVersion {
  return { integrity: 'sha512-YQ==', state: 'published', reason: null, publishedAt: 0, ...changes }
}

function told(versions: Readonly<Record<string, IndexedVersion>>, at = now): PackageIndex {
  const head = { marketplace: 'SHA256:vendor', name: '@acme/gate', at, distTags: {} }
  return { ...head, versions: new Map(Object.entries(versions)) }
}

function known(versions: Readonly<Record<string, IndexedVersion>>, toldAt = now - hour): Known {
  return { toldAt, versions: new Map(Object.entries(versions)) }
}

const versionsArbitrary = fc.dictionary(
  fc.constantFrom('1.0.0', '1.0.1', '1.1.0', '2.0.0', '2.0.0-rc.1'),
  fc.record({
    integrity: fc.constantFrom('sha512-YQ==', 'sha512-Yg=='),
    state: fc.constantFrom('published', 'deprecated', 'yanked', 'unpublished', 'blocked'),
    reason: fc.constant(null),
    publishedAt: fc.integer({ min: 0, max: now }),
  }),
)

t.test('what is taken never loses a version, and gives none other bytes', async () => {
  fc.assert(
    fc.property(versionsArbitrary, versionsArbitrary, (before, after) => {
      if (indexFault(known(before), told(after), now) !== undefined) return true
      return Object.entries(before).every(
        ([number, { integrity }]) => after[number]?.integrity === integrity,
      )
    }),
  )
})

t.test('states may change in whatever way, and versions may come', async (t) => {
  const before = known({ '1.0.0': version({ state: 'blocked' }) })
  const after = told({ '1.0.0': version(), '1.0.1': version() })
  t.equal(indexFault(before, after, now), undefined)
})

t.test('an index that is older than the last one, or not of now, is refused', async (t) => {
  const one = { '1.0.0': version() }
  t.match(indexFault(known(one, now), told(one, now - 1), now)?.en, 'was taken before')
  t.match(indexFault(undefined, told(one, now - 2 * hour), now)?.en, 'not of now')
  t.match(indexFault(undefined, told(one, now + 2 * hour), now)?.en, 'not of now')
  t.equal(indexFault(undefined, told(one, now - 2 * hour), null), undefined, 'in a file it may be')
})

t.test('a version that no index had before is not older than that index', async (t) => {
  const before = known({ '1.0.0': version({ publishedAt: 5 }) })
  const dated = datedVersions(before, told({ '1.0.0': version(), '1.0.1': version() }))
  t.equal(dated.get('1.0.0')?.publishedAt, 5)
  t.equal(dated.get('1.0.1')?.publishedAt, before.toldAt)
  t.equal(datedVersions(undefined, told({ '1.0.0': version() })).get('1.0.0')?.publishedAt, 0)
})

t.test('nothing that is young or taken back is offered, and no tag leads to it', async () => {
  fc.assert(
    fc.property(
      versionsArbitrary,
      fc.dictionary(fc.constantFrom('latest', 'next'), fc.constantFrom('1.0.0', '2.0.0', '3.0.0')),
      fc.integer({ min: 0, max: 8760 }),
      (versions, tags, minimumAgeHours) => {
        const all = new Map(Object.entries(versions))
        const offer = offerOf(all, tags, { minimumAgeHours, now })
        const isSound = (number: string) => {
          const one = all.get(number)
          const isOut = one?.state === 'published' || one?.state === 'deprecated'
          return isOut && now - (one?.publishedAt ?? now) >= minimumAgeHours * hour
        }
        return (
          offer.versions.every(isSound) &&
          Object.values(offer.distTags).every((number) => offer.versions.includes(number)) &&
          offer.versions.length === [...all.keys()].filter(isSound).length
        )
      },
    ),
  )
})

t.test('latest falls back to the highest release that may be taken', async (t) => {
  const versions = new Map([
    ['1.0.0', version()],
    ['1.1.0', version()],
    ['2.0.0-rc.1', version()],
    ['2.0.0', version({ publishedAt: now - 1 })],
  ])
  const offer = offerOf(versions, { latest: '2.0.0' }, { minimumAgeHours: 1, now })
  t.same(offer.distTags, { latest: '1.1.0' })
})

t.test('a list names packages, or how their names begin', async (t) => {
  t.ok(isAllowed([], '@acme/gate'))
  t.ok(isAllowed(['@acme/gate'], '@acme/gate'))
  t.notOk(isAllowed(['@acme/gate'], '@acme/gates'))
  t.ok(isAllowed(['@acme/ga*'], '@acme/gates'))
  t.notOk(isAllowed(['@acme/*'], '@acmee/gate'))
  t.equal(scopeOf('@acme/gate'), '@acme')
  t.equal(scopeOf('gate'), undefined)
})
