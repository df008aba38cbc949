import type { IndexedVersion } from '@signalbox/sdk/trust/package-index'
import t from 'tap'
import { federatedReleases } from '../../src/federation/federated-releases.ts'
import type { Marketplace } from '../../src/federation/federation-store.ts'
import type { ReleaseSource } from '../../src/updates/outlook-reader.ts'

const day = (date: string) => Date.parse(`2026-06-${date}T00:00:00Z`)
const here: ReleaseSource = {
  minimumReleaseAgeHours: async () => 0,
  releases: async () => ({
    latest: '1.0.1',
    all: ['1.0.1', '1.0.0'].map((version) => ({
      ...{ version, publishedAt: new Date(day('09')), state: 'published', reason: null },
    })),
  }),
}
const marketplace = {
  ...{ name: 'vendor', url: 'https://vendor.example/npm', state: 'active', allow: [] },
  minimumAgeHours: 0,
} as unknown as Marketplace
const told = (more: Partial<IndexedVersion> = {}): IndexedVersion => ({
  ...{ integrity: 'sha512-eA==', state: 'published', reason: null, publishedAt: day('01') },
  ...more,
})

t.test('of what comes from elsewhere its marketplace tells, and is read once', async (t) => {
  const read: string[] = []
  const versions = new Map([
    ['1.0.0', told()],
    ['1.0.1', told({ keyRevokedAt: day('05') })],
    ['1.0.2', told()],
  ])
  const { releases } = federatedReleases(here, {
    sourceOf: async () => marketplace,
    standing: async (_, name) => {
      read.push(name)
      const known = { versions, distTags: { latest: '1.0.2' } }
      const rest = { here: ['1.0.0', '1.0.1'], refusals: new Map(), now: day('10') }
      return { marketplace, name, known, ...rest }
    },
  })
  const { latest, all } = await releases('@acme/gate')
  t.same(read, ['@acme/gate'])
  t.equal(latest, '1.0.2')
  t.match(all, [
    { version: '1.0.1', keyRevokedAt: new Date(day('05')), publishedAt: new Date(day('01')) },
    { version: '1.0.0', publishedAt: new Date(day('01')) },
    { version: '1.0.2', absent: { detail: { en: /marketplace sync vendor/ } } },
  ])
  t.notHas(all[1], { keyRevokedAt: Date })
})

t.test('of what is its own nothing else is asked', async (t) => {
  const { releases } = federatedReleases(here, {
    sourceOf: async () => undefined,
    standing: async () => t.fail('it comes from nowhere else') as never,
  })
  t.same(await releases('own'), await here.releases('own'))
})
