import { HOST_PAGE_POINT } from '@signalbox/sdk/host-page'
import t from 'tap'
import type { CallRecord } from '../../src/audit/call-audit.ts'
import type { UserPrincipal } from '../../src/identity/principal.ts'
import { type PageReport, PageReports } from '../../src/pages/page-reports.ts'
import { pickPage } from '../../src/pages/pick-page.ts'
import { viewerOf } from '../../src/pages/viewer.ts'
import type { CohortBy } from '../../src/rollout/cohorts/cohort.ts'
import { judge } from '../../src/rollout/judge/judge.ts'
import { NodeCounters } from '../../src/rollout/judge/node-counters.ts'
import { snapshotWith, versionOf } from '../support/contributors.ts'

const desk = '@pages/one'
const value = { path: '/desk', entry: 'ui/index.html', title: { en: 'Desk' } }
const versions = ['1.0.0', '1.1.0'].map((version) =>
  versionOf(desk, version, { contributes: [{ point: HOST_PAGE_POINT, value }] }),
)
const bindings = { acme: { [desk]: 'enabled' } }

function opened(cohortBy: CohortBy = 'request', weightBp = 1000) {
  const cohort = { salt: 'r', weightBp, cohortBy }
  const live = { id: 'r', from: '1.0.0', to: '1.1.0', step: 0, cohort }
  const snapshot = snapshotWith({ versions, rollouts: [[desk, live]], bindings })
  const counters = new NodeCounters()
  const audited: CallRecord[] = []
  const logged: object[] = []
  const tallied: string[] = []
  let now = 0
  const reports = new PageReports({
    snapshot: () => snapshot,
    rollouts: { countersOf: () => counters, look: () => undefined, now: () => 0 },
    tally: { add: (_plugin, version, outcome) => void tallied.push(`${version} ${outcome}`) },
    audit: { add: (record) => void audited.push(record) },
    now: () => now,
    log: { warn: (fields) => void logged.push(fields) },
  })
  /** @returns whether it was counted, and of which version it was */
  const take = (who: UserPrincipal, outcome: PageReport['outcome'], more: object = {}) => {
    const pick = pickPage(snapshot, desk, viewerOf({ principal: who }))
    const version = pick.kind === 'version' ? pick.version.version : 'none'
    const report = { plugin: desk, version, outcome, ms: 100, ...more }
    return { version, counted: reports.take({ principal: who }, report, 'trace') }
  }
  const evidence = () => judge(counters.judge, cohortBy)
  return { take, counters, audited, logged, tallied, evidence, later: (ms: number) => (now += ms) }
}

const session = (at: number, user = `usr_${at}`): UserPrincipal => ({
  ...{ kind: 'user', tenant: 'acme', user, isService: false, proof: `ses_${at}` },
  ...{ grants: [], scope: null },
})

t.test('a failure is told once a session, and is on record', async (t) => {
  const { take, audited, logged, tallied, counters } = opened()
  t.equal(take(session(1), 'failed', { code: 'BLANK', message: 'x' }).counted, true)
  const calls = { ...counters.judge.calls }
  for (let at = 0; at < 20; at++) t.equal(take(session(1), 'failed').counted, false)
  t.strictSame(counters.judge.calls, calls)
  t.equal(audited.length, 1)
  t.match(audited[0], { tenant: 'acme', action: 'page.failed', outcome: 'BLANK', safe: false })
  t.match(logged, [{ code: 'BLANK', said: 'x' }])
  t.equal(tallied.length, 21)
})

t.test('a session reports no more than it may, and others go on', async (t) => {
  const { take, later } = opened()
  for (let at = 0; at < 30; at++) take(session(1), 'shown')
  t.throws(() => take(session(1), 'shown'), { code: 'CORE_PAGE_REPORTS_TOO_MANY' })
  t.doesNotThrow(() => take(session(2), 'shown'))
  later(2100)
  t.doesNotThrow(() => take(session(1), 'shown'))
})

t.test(
  'a report of what the viewer is not given, or of nothing there, counts nowhere',
  async (t) => {
    const { take, counters, tallied } = opened()
    const { version } = take(session(1), 'shown')
    const other = version === '1.0.0' ? '1.1.0' : '1.0.0'
    const calls = { ...counters.judge.calls }
    t.equal(take(session(1), 'failed', { version: other }).counted, false)
    t.equal(take(session(1), 'failed', { version: '9.9.9' }).counted, false)
    t.equal(take(session(1), 'failed', { plugin: '@nobody/one' }).counted, false)
    t.equal(take({ ...session(1), tenant: 'globex' }, 'failed').counted, false)
    t.strictSame(counters.judge.calls, calls)
    t.strictSame(tallied, [`${version} shown`, `${other} failed`])
  },
)

t.test(
  'a page that stays blank for those who are given it is stopped, by a few sessions',
  async (t) => {
    const { take, evidence } = opened()
    let failed = 0
    for (let at = 0; at < 1000 && evidence().verdict !== 'stop'; at++) {
      const { version } = take(session(at), 'shown')
      if (version === '1.1.0' && take(session(at), 'failed').counted) failed += 1
    }
    t.equal(evidence().verdict, 'stop')
    t.ok(failed > 1 && failed <= 6, `${failed} sessions`)
  },
)

t.test('a page that fails for everybody alike is not the canary’s fault', async (t) => {
  const { take, evidence } = opened()
  for (let at = 0; at < 500; at++) take(session(at), 'failed')
  t.not(evidence().verdict, 'stop')
})

t.test('sessions of one user are one word where users stay together', async (t) => {
  const { take, evidence } = opened('subject', 1000)
  const mine = Array.from({ length: 200 }, (_, at) => at).find(
    (at) => take(session(at, `usr_${at}`), 'shown').version === '1.1.0',
  )
  for (let at = 1000; at < 1200; at++) take(session(at, `usr_${mine}`), 'failed')
  t.not(evidence().verdict, 'stop')
})
