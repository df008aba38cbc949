import { randomUUID } from 'node:crypto'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { cancelSchedules } from '../../src/jobs/cancel-store.ts'
import type { JobScheduler } from '../../src/jobs/job-scheduler.ts'
import type { Schedule } from '../../src/jobs/schedule.ts'
import { putSchedule } from '../../src/jobs/schedule-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { fakeNode, insertOwners, noted, timerPlugin, timerSnapshot } from '../support/job-fleet.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
const tenants = ['acme', 'globex', 'initech']
await insertOwners(knex, tenants)
const nodes: JobScheduler[] = []
t.afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop(0)))
  await knex('job_schedules').delete()
})
t.teardown(() => knex.destroy())

const snapshot = timerSnapshot(tenants)

function started(
  execute: Parameters<typeof fakeNode>[2],
  changes?: Parameters<typeof fakeNode>[3],
): JobScheduler {
  const node = fakeNode(knex, () => snapshot, execute, changes)
  nodes.push(node)
  node.start()
  return node
}

function put(tenant: string, payload: string, nextAt = Date.now(), key: string | null = null) {
  const schedule = { id: `sch_${randomUUID()}`, tenant, plugin: timerPlugin, job: 'note', key }
  return putSchedule(knex, { ...schedule, nextAt, payload }, Date.now())
}

const left = async () => Number((await knex('job_schedules').count('* as n').first())?.n)

t.test(
  'three nodes on one database run three hundred jobs once each, never one twice at once',
  async (t) => {
    const atWork = new Set<string>()
    const runs = new Map<string, number>()
    let together = 0
    const execute = async (schedule: Schedule) => {
      const payload = noted(schedule)
      t.notOk(atWork.has(schedule.id), `${payload} is at work once`)
      atWork.add(schedule.id)
      together = Math.max(together, atWork.size)
      runs.set(payload, (runs.get(payload) ?? 0) + 1)
      await new Promise((resolve) => setImmediate(resolve))
      atWork.delete(schedule.id)
      return { kind: 'done' as const }
    }
    for (let n = 0; n < 300; n++) await put(tenants[n % 3] ?? '', String(n))
    for (let node = 0; node < 3; node++) started(execute)
    await until(async () => (await left()) === 0)
    t.equal(runs.size, 300)
    t.same([...new Set(runs.values())], [1])
    t.ok(together > 1, `${together} ran at the same time`)
  },
)

t.test(
  'a node that dies with a run loses it to another, under the same id and with one attempt more',
  async (t) => {
    const seen: { id: string | undefined; attempt: number | undefined }[] = []
    let clock = Date.now()
    await put('acme', 'x')
    const dead = started(
      (schedule) => {
        seen.push({ id: schedule.run?.id, attempt: schedule.run?.attempt })
        return new Promise(() => undefined)
      },
      { now: () => clock },
    )
    await until(() => seen.length === 1)
    await dead.stop(0)
    clock += 2000 + 5000
    started(
      async (schedule) => {
        seen.push({ id: schedule.run?.id, attempt: schedule.run?.attempt })
        return { kind: 'done' }
      },
      { now: () => clock },
    )
    await until(async () => (await left()) === 0)
    t.equal(seen[0]?.id, seen[1]?.id)
    t.same(
      seen.map(({ attempt }) => attempt),
      [1, 2],
    )
  },
)

t.test('a crowd of one tenant leaves half of a node to the others', async (t) => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const begun: string[] = []
  for (let n = 0; n < 30; n++) await put('acme', `${n}`)
  const node = started(async (schedule) => {
    begun.push(schedule.tenant)
    if (schedule.tenant === 'acme') await held
    return { kind: 'done' }
  })
  await until(() => begun.length === 8)
  t.equal(node.running, 8)
  await put('globex', 'quick')
  node.look()
  await until(() => begun.includes('globex'))
  t.equal(begun.filter((tenant) => tenant === 'acme').length, 8)
  release()
  await until(async () => (await left()) === 0)
})

t.test('while PostgreSQL is away the end of a run waits for it', async (t) => {
  const outages = { left: 2 }
  const flaky = new Proxy(knex, {
    get: (target, name, receiver) => {
      if (name !== 'transaction' || !ended || outages.left === 0) {
        return Reflect.get(target, name, receiver)
      }
      outages.left -= 1
      return () => Promise.reject(new Error('away'))
    },
  })
  let ended = false
  await put('acme', 'x')
  started(
    async () => {
      ended = true
      return { kind: 'done' }
    },
    { knex: flaky },
  )
  await until(async () => (await left()) === 0)
  t.equal(outages.left, 0)
})

t.test('a plugin that is switched off is not run, and nothing of it is lost', async (t) => {
  let runs = 0
  await put('acme', 'x')
  const node = fakeNode(
    knex,
    () => timerSnapshot(['globex']),
    async () => {
      runs += 1
      return { kind: 'done' }
    },
  )
  nodes.push(node)
  node.start()
  await until(async () => (await knex('job_schedules').first('state'))?.state === 'paused')
  t.equal(runs, 0)
})

t.test(
  'a run that is cancelled elsewhere ends within a second, and is counted as that',
  async (t) => {
    const counted: string[] = []
    const metrics = {
      count: (_of: unknown, outcome: string) => counted.push(outcome),
      began: () => 0,
    }
    let began = false
    let reason: unknown
    started(
      (_schedule, _deadline, signal) => {
        began = true
        return new Promise((resolve) => {
          const look = setInterval(() => {
            if (!signal.aborted) return
            clearInterval(look)
            reason = signal.reason
            resolve({ kind: 'cancelled', code: 'CORE_JOB_RUN_CANCELLED' })
          }, 5)
        })
      },
      { metrics },
    )
    await put('acme', 'x', Date.now(), 'k')
    await until(() => began)
    const asked = performance.now()
    const owner = { tenant: 'acme', plugin: timerPlugin }
    const wish = { idOrKey: 'k', ownRun: '' }
    t.match(await cancelSchedules(knex, owner, wish, Date.now()), { cancelled: 1, runs: 1 })
    await until(() => counted.includes('cancelled'))
    const took = performance.now() - asked
    // By the look at the row, long before the lease that a lost node's run waits for; a busy machine is slow.
    t.ok(took < 30_000, `${took} ms`)
    t.match(reason, { code: 'CORE_JOB_RUN_CANCELLED' })
    t.equal(await left(), 0)
  },
)
