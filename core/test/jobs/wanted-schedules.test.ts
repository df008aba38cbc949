import t from 'tap'
import { cronChanges } from '../../src/jobs/cron-changes.ts'
import { jobsOf, mayHaveJobs, wantedJobs } from '../../src/jobs/wanted-schedules.ts'
import { tenantKey, versionKey } from '../../src/rollout/routing/snapshot.ts'
import { perTenant, timerPlugin, timerSnapshot, timerVersion } from '../support/job-fleet.ts'

const nightly = { id: 'nightly', cron: '0 2 * * *', tz: 'Asia/Shanghai', missed: 'skip' as const }
const snapshot = timerSnapshot(['acme', 'globex'], [nightly, { id: 'note' }])
const key = tenantKey('acme', timerPlugin)

t.test('each tenant has the jobs of the version that serves it', async (t) => {
  t.same(jobsOf(snapshot, 'acme', timerPlugin), [
    {
      tenant: 'acme',
      plugin: timerPlugin,
      job: 'nightly',
      time: { cron: '0 2 * * *', tz: 'Asia/Shanghai' },
      missed: 'skip',
    },
    { tenant: 'acme', plugin: timerPlugin, job: 'note', time: null, missed: 'once' },
  ])
  t.equal(wantedJobs(snapshot).length, 4)
})

t.test('a pinned tenant has those of its own version', async (t) => {
  const old = timerVersion([{ id: 'old' }], '0.9.0')
  const pinned = {
    ...snapshot,
    versions: new Map([...snapshot.versions, [versionKey(timerPlugin, '0.9.0'), old]]),
    bindings: new Map([
      ...snapshot.bindings,
      [key, { binding: 'pinned' as const, pinnedVersion: '0.9.0' }],
    ]),
  }
  t.match(jobsOf(pinned, 'acme', timerPlugin), [{ job: 'old' }])
  t.equal(jobsOf(pinned, 'globex', timerPlugin).length, 2)
})

t.test('none without a binding, a grant for each tenant, and the version', async (t) => {
  const off = { binding: 'disabled' as const, pinnedVersion: null }
  const hostOnly = { ...perTenant, parameters: { per: 'host' } }
  const other = { ...perTenant, capability: 'db:own' }
  for (const changed of [
    { ...snapshot, bindings: new Map([[key, off]]) },
    { ...snapshot, bindings: new Map() },
    { ...snapshot, grants: new Map() },
    { ...snapshot, grants: new Map([[key, [hostOnly, other]]]) },
  ]) {
    t.same(jobsOf(changed, 'acme', timerPlugin), [])
    t.notOk(mayHaveJobs(changed, 'acme', timerPlugin))
  }
  t.same(jobsOf({ ...snapshot, versions: new Map() }, 'acme', timerPlugin), [])
})

t.test('what stands becomes what is wanted, and nothing else is touched', async (t) => {
  const time = { cron: '0 2 * * *', tz: 'Asia/Shanghai' }
  const row = { id: 'sch_1', plugin: timerPlugin, job: 'nightly', time, missed: 'skip' as const }
  const standing = [
    { ...row, tenant: 'acme' },
    { ...row, id: 'sch_2', tenant: 'initech' },
  ]
  const { add, change, remove } = cronChanges(standing, wantedJobs(snapshot))
  t.match(add, [{ tenant: 'globex', job: 'nightly' }])
  t.equal(add.length, 1, 'a job without a cron has no row of its own')
  t.same(change, [])
  t.same(remove, ['sch_2'])
  const moved = [{ ...row, tenant: 'acme', time: { ...time, tz: 'UTC' } }]
  t.match(cronChanges(moved, wantedJobs(snapshot)).change, [{ id: 'sch_1', wish: { time } }])
})
