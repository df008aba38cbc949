import t from 'tap'
import { cancelRuns, cancelSchedules } from '../../src/jobs/cancel-store.ts'
import { reconcileJobs } from '../../src/jobs/reconcile.ts'
import { claimPlan, endPlan } from '../../src/jobs/run-plan.ts'
import {
  type ClaimedRun,
  claimDue,
  endKey,
  endRuns,
  nextDue,
  stillHeld,
} from '../../src/jobs/run-store.ts'
import type { RunEnd } from '../../src/jobs/schedule.ts'
import {
  bringForward,
  listSchedules,
  putSchedule,
  summariseSchedules,
} from '../../src/jobs/schedule-store.ts'
import { listTallies } from '../../src/jobs/tally-store.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertOwners, timerPlugin, timerSnapshot } from '../support/job-fleet.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const tenants = ['acme', 'globex', 'initech']
await insertOwners(knex, tenants)
t.beforeEach(async () => {
  await knex('job_schedules').delete()
  await knex('job_tallies').delete()
  await knex('job_reconciled').update({ generation: 0 })
})

const noon = Date.parse('2026-06-01T12:00:00Z')
const acme = { tenant: 'acme', plugin: timerPlugin }
const done: RunEnd = { kind: 'done' }
const failed: RunEnd = { kind: 'failed', code: 'X' }
let last = 0

function put(
  changes: Partial<Parameters<typeof putSchedule>[1]> = {},
  now = noon,
  limit?: number,
): Promise<string | undefined> {
  const id = `sch_${String(++last).padStart(24, '0')}`
  const schedule = { id, ...acme, job: 'note', key: null, nextAt: noon, payload: null, ...changes }
  return putSchedule(knex, schedule, now, limit)
}

async function claim(now: number, limit = 10, after = ''): Promise<readonly ClaimedRun[]> {
  const query = { now, limit, perTenant: 10, held: new Map<string, number>(), after }
  const { claimed } = await claimDue(knex, query, (schedule) => ({
    ...claimPlan(schedule, now, `run_${++last}`),
    leaseUntil: now + 7000,
  }))
  return claimed
}

async function end(claimed: ClaimedRun, how: RunEnd, at: number) {
  const ended = [{ claimed, end: how, at }]
  const plans = await endRuns(knex, ended, (schedule) => endPlan(schedule, how, at, 0))
  return plans.get(endKey(claimed))
}

const only = <Item>(items: readonly Item[]): Item => {
  if (items.length !== 1) throw new Error(`${items.length} instead of one`)
  return items[0] as Item
}

t.test('a schedule is claimed when it is due, once, and gone when its run ended', async (t) => {
  await put({ payload: '{"a":"\\u0000"}' })
  t.same(await claim(noon - 1), [])
  t.equal(await nextDue(knex), noon)
  t.equal(await nextDue(knex, ['acme']), undefined)
  const run = only(await claim(noon))
  t.match(run.schedule.run, { scheduledAt: noon, attempt: 1, payload: '{"a":"\\u0000"}' })
  t.same(await claim(noon), [])
  t.match(await end(run, done, noon + 50), { kind: 'over' })
  t.equal(await nextDue(knex), undefined)
  t.match(await listTallies(knex, acme), [
    { job: 'note', done: 1, last: { runId: run.schedule.run.id, outcome: 'done' } },
  ])
})

t.test(
  'the same key is one schedule for each job and tenant; a moved one has what was said last',
  async (t) => {
    const first = await put({ key: 'k', payload: '1' })
    t.equal(await put({ key: 'k', payload: '2', nextAt: noon + 5000 }), first)
    t.not(await put({ key: 'k', job: 'other' }), first)
    t.not(await put({ key: 'k', tenant: 'globex' }), first)
    t.equal((await claim(noon)).length, 2)
    const run = only(await claim(noon + 5000))
    t.match(run.schedule.run, { payload: '2', scheduledAt: noon + 5000 })
  },
)

t.test(
  'a schedule that is moved while it runs keeps its run, and runs again after it',
  async (t) => {
    const id = await put({ key: 'k', payload: '1' })
    const run = only(await claim(noon))
    t.equal(await put({ key: 'k', payload: '2', nextAt: noon + 1000 }), id)
    t.same(await claim(noon + 1000), [], 'not twice at once')
    const again = only(await claim(noon + 7000))
    t.match(again.schedule.run, { id: run.schedule.run.id, payload: '1', attempt: 2 })
    await end(again, done, noon + 7100)
    t.match(only(await claim(noon + 7100)).schedule.run, { payload: '2', attempt: 1 })
  },
)

t.test('who comes after the end of a lease writes nothing, and the run keeps its id', async (t) => {
  await put()
  const late = only(await claim(noon))
  const taken = only(await claim(noon + 7000))
  t.equal(taken.schedule.run.id, late.schedule.run.id)
  t.equal(await end(late, done, noon + 7001), undefined)
  t.match(await end(taken, done, noon + 7002), { kind: 'over' })
  t.equal(await end(taken, done, noon + 7003), undefined)
})

t.test(
  'a run that fails is tried again and at last stays to be looked at for a week',
  async (t) => {
    const id = await put({ key: 'k' })
    let now = noon
    for (let attempt = 1; attempt <= 6; attempt++) {
      const run = only(await claim(now))
      t.equal(run.schedule.run.attempt, attempt)
      await end(run, { kind: 'failed', code: 'X' }, now)
      now = (await nextDue(knex)) ?? now
    }
    t.match(await listSchedules(knex, acme, { after: undefined, limit: 10 }), [
      { id, state: 'failed', nextAt: null },
    ])
    t.match(await listTallies(knex, acme), [{ failed: 1, last: { outcome: 'failed', code: 'X' } }])
    await reconcileJobs(knex, timerSnapshot(['acme']), now + 6 * 86_400_000)
    t.equal(await put({ key: 'k', nextAt: now }), id, 'its key starts it anew')
    t.match(only(await claim(now)).schedule.run, { attempt: 1, failures: 0 })
    await knex('job_schedules').update({ state: 'failed', due_at: null })
    await reconcileJobs(knex, timerSnapshot(['acme']), now + 8 * 86_400_000)
    t.same(await listSchedules(knex, acme, { after: undefined, limit: 10 }), [])
  },
)

t.test('tenants take turns, whoever has more, and the turn goes on where it was', async (t) => {
  for (let n = 0; n < 6; n++) await put({ tenant: 'acme' })
  await put({ tenant: 'globex' })
  await put({ tenant: 'initech' })
  const tenantsOf = (runs: readonly ClaimedRun[]) => runs.map((run) => run.schedule.tenant).sort()
  t.same(tenantsOf(await claim(noon, 3)), ['acme', 'globex', 'initech'])
  t.same(tenantsOf(await claim(noon, 3)), ['acme', 'acme', 'acme'])
  await put({ tenant: 'globex' })
  await put({ tenant: 'initech' })
  t.same(tenantsOf(await claim(noon, 1, 'globex')), ['initech'])
})

t.test(
  'a plugin has a bounded number of schedules in each tenant, and may move them all',
  async (t) => {
    await put({ key: 'k' }, noon, 2)
    await put({}, noon, 2)
    t.equal(await put({}, noon, 2), undefined)
    t.ok(await put({ key: 'k', nextAt: noon + 1 }, noon, 2))
    t.ok(await put({ tenant: 'globex' }, noon, 2))
  },
)

const cancel = async (idOrKey: string, { owner = acme, ownRun = '' } = {}) =>
  (await cancelSchedules(knex, owner, { idOrKey, ownRun }, noon)).cancelled

t.test('a plugin cancels what is its own in its tenant, also what is at work', async (t) => {
  const id = (await put({ key: 'k' })) ?? ''
  t.equal(await cancel('k', { owner: { ...acme, tenant: 'globex' } }), 0)
  t.equal(await cancel(id, { owner: { ...acme, plugin: '@other/one' } }), 0)
  t.equal(await cancel('k'), 1)
  t.equal(await cancel(id), 0)
  await put({ key: 'k' })
  const run = only(await claim(noon))
  t.same([...(await stillHeld(knex, [run]))], [endKey(run)])
  t.equal(await cancel('k'), 1)
  t.same([...(await stillHeld(knex, [run]))], [], 'its node learns of it')
  t.equal(await end(run, done, noon + 10), undefined, 'and cannot end it any more')
  t.match(await listTallies(knex, acme), [
    { done: 0, cancelled: 1, last: { outcome: 'cancelled', code: 'CORE_JOB_RUN_CANCELLED' } },
  ])
  t.same(await claim(noon + 9_000_000), [], 'nobody begins it again')
})

t.test('a run that cancels its own key goes on, and nothing comes after it', async (t) => {
  await put({ key: 'k' })
  const run = only(await claim(noon))
  const ownRun = run.schedule.run.id
  t.equal(await cancel('k', { ownRun }), 0)
  await put({ key: 'k', nextAt: noon + 1000 })
  t.equal(await cancel('k', { ownRun }), 1, 'what it was moved to')
  t.match(await end(run, done, noon + 10), { kind: 'over', nextAt: null })
  t.same(await claim(noon + 9000), [])
})

t.test('a run that waits for its next attempt is cancelled too, and counted', async (t) => {
  await put({ key: 'k' })
  t.match(await end(only(await claim(noon)), failed, noon + 10), { kind: 'retry' })
  t.equal(await cancel('k'), 1)
  t.match(await listTallies(knex, acme), [{ failed: 0, cancelled: 1 }])
})

t.test('an admin ends the runs of a job, and its later instants stand', async (t) => {
  await put({ key: 'moved' })
  await put()
  const runs = await claim(noon)
  await put({ key: 'moved', nextAt: noon + 1000 })
  const count = await knex.transaction((trx) => cancelRuns(trx, { ...acme, job: 'note' }, noon))
  t.equal(count, 2)
  t.same([...(await stillHeld(knex, runs))], [])
  t.equal(await knex.transaction((trx) => cancelRuns(trx, { ...acme, job: 'note' }, noon)), 0)
  t.match(await listTallies(knex, acme), [{ cancelled: 2 }])
  t.match(await claim(noon + 1000), [{ schedule: { key: undefined, run: { attempt: 1 } } }])
})

const nightly = { id: 'nightly', cron: '0 2 * * *', tz: 'Asia/Shanghai' }

t.test('cron schedules come and go with binding, grant and manifest', async (t) => {
  const rows = () =>
    knex('job_schedules').orderBy('tenant').select('tenant', 'job', 'cron', 'next_at')
  await reconcileJobs(knex, timerSnapshot(['acme', 'globex'], [nightly, { id: 'note' }]), noon)
  const next = new Date('2026-06-01T18:00:00Z')
  const row = { job: 'nightly', cron: '0 2 * * *', next_at: next }
  t.match(await rows(), [
    { tenant: 'acme', ...row },
    { tenant: 'globex', ...row },
  ])
  const later = { ...nightly, cron: '0 3 * * *' }
  await reconcileJobs(knex, timerSnapshot(['acme'], [later], 2), noon)
  const moved = new Date('2026-06-01T19:00:00Z')
  t.match(await rows(), [{ tenant: 'acme', cron: '0 3 * * *', next_at: moved }])
  t.equal((await rows()).length, 1)
  await reconcileJobs(knex, timerSnapshot(['acme', 'globex'], [nightly], 1), noon)
  t.match(await rows(), [{ cron: '0 3 * * *' }], 'an older generation changes nothing any more')
  await reconcileJobs(knex, { ...timerSnapshot(['acme'], [later], 3), grants: new Map() }, noon)
  t.same(await rows(), [])
})

t.test(
  'what was asked for waits while its plugin is off, and one that runs is let end',
  async (t) => {
    const on = timerSnapshot(['acme'], [{ id: 'note' }, nightly])
    const off = { ...emptySnapshot, generation: 2 }
    await reconcileJobs(knex, on, noon)
    await put({ key: 'waits' })
    await bringForward(knex, { ...acme, job: 'nightly' }, noon, null)
    const runs = await claim(noon, 10)
    t.same(runs.map(({ schedule }) => schedule.job).sort(), ['nightly', 'note'])
    await put({ key: 'late', nextAt: noon + 1000 })
    await reconcileJobs(knex, off, noon + 100)
    t.match(await summariseSchedules(knex, acme), [
      { job: 'nightly', cron: { state: 'running' } },
      { job: 'note', asked: { running: 1, paused: 1 } },
    ])
    t.same(await claim(noon + 2000), [])
    await reconcileJobs(knex, off, noon + 8000)
    t.match(await summariseSchedules(knex, acme), [{ job: 'note', asked: { paused: 2 } }])
    await reconcileJobs(knex, { ...on, generation: 3 }, noon + 9000)
    t.same((await claim(noon + 9000)).map(({ schedule }) => schedule.run.attempt).sort(), [1, 2])
  },
)

t.test('a cron schedule is brought forward once, not while it runs', async (t) => {
  await reconcileJobs(knex, timerSnapshot(['acme'], [nightly]), noon)
  const job = { ...acme, job: 'nightly' }
  t.equal(await bringForward(knex, { ...acme, job: 'note' }, noon, null), undefined)
  t.equal(await bringForward(knex, job, noon, '7'), true)
  const run = only(await claim(noon))
  t.match(run.schedule, { run: { payload: '7', scheduledAt: noon }, nextAt: noon + 6 * 3_600_000 })
  t.equal(await bringForward(knex, job, noon + 10, null), false)
  await end(run, done, noon + 20)
  t.equal(await nextDue(knex), noon + 6 * 3_600_000)
})
