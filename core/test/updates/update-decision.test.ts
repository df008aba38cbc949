import semver from 'semver'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  askedFor,
  chooseUpdate,
  effectiveAge,
  judgeReleases,
  lookedReasons,
  nextMoment,
  type Release,
  type UpdateFacts,
  type UpdateMode,
} from '../../src/updates/update-decision.ts'
import { updateReason } from '../../src/updates/update-reasons.ts'

const HOUR_MS = 3_600_000
const now = Date.parse('2026-06-01T12:00:00Z')

function release(version: string, more: Partial<Release> = {}): Release {
  const publishedAt = now - 100 * HOUR_MS
  return { version, publishedAt, state: 'published', stateReason: '', ...more }
}

function facts(more: Partial<UpdateFacts> = {}): UpdateFacts {
  return {
    plugin: '@acme/one',
    mode: 'minor',
    stable: '1.2.3',
    latest: '9.9.9',
    minimumAgeMs: 24 * HOUR_MS,
    now,
    releases: [release('1.2.4')],
    attempts: new Map(),
    takenBack: new Map(),
    running: undefined,
    standstill: undefined,
    ...more,
  }
}

const tried = (state: 'failed' | 'started' | 'refused' | 'asked' | 'begun', ageMs = HOUR_MS) =>
  new Map([['1.2.4', { state, reason: 'it does not start', changedAt: now - ageMs }]])

/** What keeps 1.2.4, or the version that is named, for each thing that is another than usual. */
const cases: readonly (readonly [string, Partial<UpdateFacts>, string | null])[] = [
  ['nothing', {}, null],
  ['blocked', { releases: [release('1.2.4', { state: 'blocked' })] }, 'version-blocked'],
  ['yanked', { releases: [release('1.2.4', { state: 'yanked' })] }, 'version-yanked'],
  [
    'by a revoked key',
    { releases: [release('1.2.4', { keyRevokedAt: now })] },
    'author-key-revoked',
  ],
  ['deprecated', { releases: [release('1.2.4', { state: 'deprecated' })] }, 'deprecated'],
  ['prerelease', { releases: [release('1.3.0-rc.1')] }, 'prerelease'],
  ['a minor for patch', { mode: 'patch', releases: [release('1.3.0')] }, 'beyond-range'],
  ['a patch for patch', { mode: 'patch' }, null],
  ['a minor for minor', { releases: [release('1.3.0')] }, null],
  ['a major for minor', { releases: [release('2.0.0')] }, 'beyond-range'],
  ['a minor below 1', { stable: '0.2.3', releases: [release('0.3.0')] }, 'beyond-range'],
  ['a patch below 1', { stable: '0.2.3', releases: [release('0.2.4')] }, null],
  ['not yet latest', { latest: '1.2.3' }, 'beyond-latest'],
  ['no latest', { latest: undefined }, 'beyond-latest'],
  ['taken back', { takenBack: new Map([['1.2.4', 'rol_1']]) }, 'taken-back'],
  ['failed', { attempts: tried('failed') }, 'already-tried'],
  ['rolled out before', { attempts: tried('started') }, 'already-tried'],
  ['refused just now', { attempts: tried('refused') }, 'refused-lately'],
  ['refused long ago', { attempts: tried('refused', 7 * HOUR_MS) }, null],
  ['cut off in the middle', { attempts: tried('begun') }, null],
  ['asked before', { attempts: tried('asked') }, null],
  ['young', { releases: [release('1.2.4', { publishedAt: now - 24 * HOUR_MS + 1 })] }, 'too-young'],
  ['just old enough', { releases: [release('1.2.4', { publishedAt: now - 24 * HOUR_MS })] }, null],
  ['another rollout', { running: 'rol_2' }, 'rollout-running'],
  ['a freeze', { standstill: { en: 'frozen', 'zh-CN': '冻结' } }, 'standstill'],
]

t.test('each thing that keeps a version has its reason, and nothing else has', async (t) => {
  for (const [name, more, code] of cases) {
    const { next, versions } = chooseUpdate(judgeReleases(facts(more)))
    const codes = versions[0]?.reasons.map((reason) => reason.code)
    t.same(codes, code === null ? [] : [code], name)
    t.equal(next, code === null ? versions[0]?.version : undefined, name)
  }
})

t.test('older versions are no update, and of several the newest is taken', async (t) => {
  const releases = ['1.2.2', '1.2.3', '1.2.4', '1.3.0', '1.3.1'].map((version) => release(version))
  const { next, versions } = chooseUpdate(judgeReleases(facts({ releases })))
  t.equal(next, '1.3.1')
  t.same(
    versions.map(({ version, reasons }) => [version, reasons[0]?.code]),
    [
      ['1.3.1', undefined],
      ['1.3.0', 'superseded'],
      ['1.2.4', 'superseded'],
    ],
  )
})

t.test(
  'while the newest is young the one before it is taken, and its moment is known',
  async (t) => {
    const young = release('1.3.0', { publishedAt: now - HOUR_MS })
    const judged = judgeReleases(facts({ releases: [release('1.2.4'), young] }))
    t.equal(chooseUpdate(judged).next, '1.2.4')
    t.equal(nextMoment(judged), now + 23 * HOUR_MS)
  },
)

t.test('what people have to agree to is asked for, and nothing is rolled out', async (t) => {
  const looked = { wider: ['http:fetch'], areTermsOpen: true, refusal: undefined }
  const reasons = lookedReasons(facts(), '1.2.4', looked)
  t.same(
    reasons.map(({ code, kind }) => [code, kind]),
    [
      ['asks-for-more', 'person'],
      ['terms-changed', 'person'],
    ],
  )
  const version = { version: '1.2.4', publishedAt: now, reasons }
  t.equal(chooseUpdate([version]).next, undefined)
  t.equal(askedFor([version])?.version, '1.2.4')
  const young = { ...version, reasons: [...reasons, updateReason('too-young', '24', now + 1)] }
  t.equal(askedFor([young]), undefined, 'nobody is asked before it could be rolled out')
})

t.test('the larger age holds, whoever set it', async (t) => {
  const age = fc.nat(1000)
  fc.assert(
    fc.property(age, age, age, (marketplace, host, plugin) => {
      const effective = effectiveAge({ marketplace, host, plugin })
      return [marketplace, host, plugin].every((one) => one <= effective)
    }),
  )
  t.pass('no counter-example')
})

const part = fc.integer({ min: 0, max: 3 })
const releases = fc.uniqueArray(
  fc.record({
    version: fc
      .tuple(part, part, part, fc.boolean())
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre ? '-rc.1' : ''}`),
    publishedAt: fc.integer({ min: now - 60 * HOUR_MS, max: now }),
    state: fc.constantFrom('published', 'deprecated', 'yanked', 'blocked'),
    stateReason: fc.constant('x'),
  }),
  { selector: ({ version }) => version, maxLength: 12 },
)

t.test('whatever is published, what is rolled out keeps every promise', async (t) => {
  const mode = fc.constantFrom<UpdateMode>('patch', 'minor')
  const stable = fc.tuple(part, part, part).map((some) => some.join('.'))
  const ages = fc.integer({ min: 0, max: 72 }).map((hours) => hours * HOUR_MS)
  fc.assert(
    fc.property(mode, stable, ages, releases, (mode, stable, minimumAgeMs, some) => {
      const of = facts({ mode, stable, minimumAgeMs, releases: some as Release[] })
      const { next, versions } = chooseUpdate(judgeReleases(of))
      if (versions.some(({ version, reasons }) => reasons.length === 0 && version !== next)) {
        return false
      }
      if (next === undefined) return true
      const chosen = some.find(({ version }) => version === next)
      const isNewest = some.every(
        ({ version, state, publishedAt }) =>
          semver.lte(version, next) ||
          state !== 'published' ||
          semver.prerelease(version) !== null ||
          now - publishedAt < minimumAgeMs ||
          !semver.satisfies(version, `${mode === 'patch' ? '~' : '^'}${stable}`),
      )
      return (
        isNewest &&
        chosen?.state === 'published' &&
        semver.gt(next, stable) &&
        semver.prerelease(next) === null &&
        now - chosen.publishedAt >= minimumAgeMs &&
        semver.satisfies(next, `${mode === 'patch' ? '~' : '^'}${stable}`)
      )
    }),
  )
  t.pass('no counter-example')
})
