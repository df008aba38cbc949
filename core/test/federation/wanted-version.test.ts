import type { IndexedVersion } from '@signalbox/sdk/trust/package-index'
import t from 'tap'
import {
  absenceOf,
  nextWantedAt,
  type Standing,
  wantedVersion,
} from '../../src/federation/wanted-version.ts'
import { isCovered } from '../../src/updates/update-decision.ts'

const HOUR_MS = 3_600_000
const now = Date.parse('2026-06-01T12:00:00Z')

const told = (more: Partial<IndexedVersion> = {}): IndexedVersion => ({
  ...{ integrity: 'sha512-eA==', state: 'published', reason: null },
  publishedAt: now - 100 * HOUR_MS,
  ...more,
})

const message = { en: 'it does not start', 'zh-CN': '无法启动' }
const refused = (hours: number) =>
  new Map([['1.0.2', { at: now - hours * HOUR_MS, code: 'MKT_CHECKS_FAILED', message }]])

type Changes = Partial<Omit<Standing, 'marketplace' | 'known'>> & {
  readonly marketplace?: Partial<Standing['marketplace']>
  readonly versions?: Readonly<Record<string, IndexedVersion>>
  readonly latest?: string
}

function standing({ marketplace, versions, latest = '9.0.0', ...rest }: Changes = {}): Standing {
  const known = { '1.0.0': told(), '1.0.1': told(), '1.0.2': told(), ...versions }
  return {
    marketplace: {
      ...{ name: 'vendor', url: 'https://vendor.example/npm', state: 'active', allow: [] },
      minimumAgeHours: 0,
      ...marketplace,
    },
    name: '@acme/gate',
    known: { versions: new Map(Object.entries(known)), distTags: { latest } },
    here: ['1.0.0'],
    refusals: new Map(),
    now,
    ...rest,
  }
}

/** What is fetched for a plugin that serves 1.0.0 and has its patches rolled out. */
const cases: readonly (readonly [string, Changes, string | undefined])[] = [
  ['the newest', {}, '1.0.2'],
  ['one beyond the setting', { versions: { '1.1.0': told(), '2.0.0': told() } }, '1.0.2'],
  ['a prerelease', { versions: { '1.0.3-rc.1': told() } }, '1.0.2'],
  ['one that is not latest yet', { latest: '1.0.1' }, '1.0.1'],
  ['a yanked one', { versions: { '1.0.2': told({ state: 'yanked' }) } }, '1.0.1'],
  ['a deprecated one', { versions: { '1.0.2': told({ state: 'deprecated' }) } }, '1.0.1'],
  ['one by a revoked key', { versions: { '1.0.2': told({ keyRevokedAt: now }) } }, '1.0.1'],
  ['nothing of a young package', { marketplace: { minimumAgeHours: 101 } }, undefined],
  ['nothing off the list', { marketplace: { allow: ['@acme/other'] } }, undefined],
  ['what the list covers', { marketplace: { allow: ['@acme/ga*'] } }, '1.0.2'],
  ['nothing older than what is here', { here: ['1.0.0', '1.0.2'] }, undefined],
  ['the one before a refused one', { refusals: refused(1) }, '1.0.1'],
  ['a refused one again, hours later', { refusals: refused(6) }, '1.0.2'],
]

t.test('what an update needs is fetched, and nothing else', async (t) => {
  for (const [what, changes, version] of cases) {
    const covers = (one: string) => isCovered('patch', '1.0.0', one)
    t.equal(wantedVersion(standing(changes), covers), version, what)
  }
})

t.test('what cannot be taken yet is wanted from a moment that is known', async (t) => {
  const from = (changes: Changes) =>
    nextWantedAt(standing(changes), (one) => isCovered('patch', '1.0.0', one))
  const young = (hours: number) => told({ publishedAt: now - hours * HOUR_MS })
  const marketplace = { minimumAgeHours: 24 }
  t.equal(from({}), undefined, 'nothing is young')
  t.equal(from({ marketplace, versions: { '1.0.2': young(23) } }), now + HOUR_MS)
  const both = { '1.0.2': young(20), '1.0.3': young(23) }
  t.equal(from({ marketplace, versions: both }), now + HOUR_MS, 'the first of two')
  t.equal(from({ marketplace, versions: both, here: ['1.0.0', '1.0.3'] }), undefined)
  t.equal(from({ marketplace, versions: { '1.1.0': young(23) } }), undefined, 'not covered')
  t.equal(from({ marketplace, versions: both, latest: '1.0.1' }), undefined, 'not latest')
  t.equal(from({ refusals: refused(1) }), now + 5 * HOUR_MS, 'refused, it has rested by then')
})

t.test('a version that is not here says why', async (t) => {
  const why = (changes: Changes, one: Partial<IndexedVersion> = {}) =>
    absenceOf(standing(changes), '1.0.2', told(one))
  t.match(why({}).detail.en, /marketplace sync vendor/)
  t.match(why({ here: ['1.0.2'] }).detail.en, /waits for review here/)
  t.match(why({ marketplace: { allow: ['@acme/other'] } }).detail.en, /not on the list/)
  t.match(why({ marketplace: { url: null } }).detail.en, /files alone/)
  t.match(why({ marketplace: { state: 'paused' } }).detail.en, /is paused/)
  t.match(why({}, { keyRevokedAt: now }).detail.en, /revoked/)
  t.match(why({ marketplace: { minimumAgeHours: 101 } }), { until: now + HOUR_MS })
  const rest = why({ refusals: refused(1) })
  t.match(rest, { until: now + 5 * HOUR_MS })
  t.match(rest.detail.en, /MKT_CHECKS_FAILED: it does not start/)
})
