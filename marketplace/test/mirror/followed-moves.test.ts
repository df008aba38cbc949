import t from 'tap'
import { followedMoves, followedTags, type ToldState } from '../../src/mirror/followed-moves.ts'
import { advisoriesOf } from '../../src/mirror/mirrored-advisories.ts'
import {
  nextVersionState,
  type VersionState,
  versionStates,
} from '../../src/review/version-states.ts'

const told: readonly ToldState[] = ['published', 'deprecated', 'yanked', 'unpublished', 'blocked']
const states = Object.keys(versionStates) as VersionState[]

/** Where the moves lead to; undefined: one of them is not possible. */
function endOf(state: VersionState, isTheirs: boolean, told: ToldState): VersionState | undefined {
  return followedMoves({ state, isTheirs }, told).reduce<VersionState | undefined>(
    (from, move) => (from === undefined ? undefined : nextVersionState(from, move)),
    state,
  )
}

t.test('every move that follows is one that the state allows', async (t) => {
  for (const state of states) {
    for (const one of told) {
      for (const isTheirs of [true, false]) t.ok(endOf(state, isTheirs, one), `${state} ${one}`)
    }
  }
})

t.test('what is shown here is as they say, and following twice changes nothing', async (t) => {
  const after = { published: 'published', deprecated: 'published', yanked: 'yanked' } as const
  for (const [one, end] of Object.entries({
    ...after,
    unpublished: 'yanked',
    blocked: 'blocked',
  })) {
    t.equal(endOf('published', false, one as ToldState), end)
    t.same(followedMoves({ state: end as VersionState, isTheirs: true }, one as ToldState), [])
  }
})

t.test(
  'what somebody here withdrew they do not bring back; what they withdrew, they do',
  async (t) => {
    t.equal(endOf('blocked', false, 'published'), 'blocked')
    t.equal(endOf('yanked', false, 'published'), 'yanked')
    t.equal(endOf('blocked', true, 'published'), 'published')
    t.equal(endOf('blocked', true, 'yanked'), 'yanked')
    t.equal(endOf('yanked', false, 'blocked'), 'blocked')
  },
)

t.test('what waits for review here is not let out by what they say', async (t) => {
  for (const state of ['staged', 'rejected', 'quarantined'] as const) {
    for (const one of told) t.same(followedMoves({ state, isTheirs: true }, one), [])
  }
})

t.test('tags lead to what is here alone', async (t) => {
  const tags = { latest: '2.0.0', next: '3.0.0', old: '1.0.0' }
  t.same(followedTags(tags, ['1.0.0'], '1.0.0'), { latest: '1.0.0', old: '1.0.0' })
  t.same(followedTags(tags, [], undefined), {})
})

t.test('of advisories those are kept that are whole and of a scope that is theirs', async (t) => {
  const whole = { id: 1, title: 'leaks', severity: 'high', vulnerable_versions: '<2.0.0', cwe: [] }
  const found = advisoriesOf(
    {
      '@acme/gate': [
        { ...whole, url: 'javascript:alert(1)', cvss: { score: 99, vectorString: 'x' } },
        { ...whole, id: 2, vulnerable_versions: 'no range' },
        { ...whole, id: 3, severity: 'dire' },
        { ...whole, id: 4, title: 'a\u0000b' },
        null,
      ],
      '@globex/meter': [whole],
      '@acmee/gate': [whole],
    },
    ['@acme'],
  )
  t.match(found, [{ mirroredId: 1, package: '@acme/gate', vulnerableVersions: '<2.0.0' }])
  t.equal(found.length, 1)
  t.notOk('url' in (found[0] ?? {}))
  t.notOk('cvss' in (found[0] ?? {}))
})
