import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { backOffMs } from '../../src/jobs/back-off.ts'
import { claimPlan, endPlan } from '../../src/jobs/run-plan.ts'
import type { Run, RunEnd, Schedule } from '../../src/jobs/schedule.ts'

const minute = 60_000
const noon = Date.parse('2026-06-01T12:00:00Z')
const everyTenMinutes = { cron: '*/10 * * * *', tz: 'UTC' }

const schedule = (changes: Partial<Schedule>): Schedule => ({
  id: 'sch_1',
  tenant: 'acme',
  plugin: '@timer/one',
  job: 'note',
  time: null,
  missed: 'once',
  state: 'waiting',
  nextAt: noon,
  payload: '"p"',
  run: null,
  ...changes,
})

const run = (changes: Partial<Run> = {}): Run => ({
  id: 'run_1',
  scheduledAt: noon,
  payload: '"p"',
  attempt: 1,
  failures: 0,
  ...changes,
})

const running = (changes: Partial<Schedule> = {}, of: Partial<Run> = {}) => ({
  ...schedule({ state: 'running', nextAt: null, payload: null, ...changes }),
  run: run(of),
})

const failed: RunEnd = { kind: 'failed', code: 'SBX_PLUGIN_THREW' }

t.test('what was asked for once begins with its instant and payload, however late', async (t) => {
  t.same(claimPlan(schedule({}), noon + 30 * minute, 'run_1'), {
    kind: 'run',
    run: run(),
    nextAt: null,
    payload: null,
    missed: 0,
  })
})

t.test('a cron run that begins in time knows its next instant', async (t) => {
  const due = schedule({ time: everyTenMinutes, payload: null })
  t.match(claimPlan(due, noon + 20, 'run_1'), {
    kind: 'run',
    run: { scheduledAt: noon, attempt: 1 },
    nextAt: noon + 10 * minute,
    missed: 0,
  })
})

t.test('after an outage one run stands for all that were missed, or none does', async (t) => {
  const due = schedule({ time: everyTenMinutes })
  const late = noon + 35 * minute
  t.match(claimPlan(due, late, 'run_1'), {
    kind: 'run',
    run: { scheduledAt: noon + 30 * minute },
    nextAt: noon + 40 * minute,
    missed: 3,
  })
  t.same(claimPlan({ ...due, missed: 'skip' }, late, 'run_1'), {
    kind: 'skip',
    nextAt: noon + 40 * minute,
    missed: 4,
  })
  t.match(claimPlan({ ...due, missed: 'skip' }, noon + minute - 1, 'run_1'), { kind: 'run' })
})

t.test('a run whose node died begins again under its id, and not for ever', async (t) => {
  const lost = running({ nextAt: noon + minute }, { attempt: 3, failures: 1 })
  t.same(claimPlan(lost, noon + 9000, 'run_2'), {
    kind: 'run',
    run: run({ attempt: 4, failures: 1 }),
    nextAt: noon + minute,
    payload: null,
    missed: 0,
  })
  t.equal(claimPlan(running({}, { attempt: 20 }), noon, 'run_2').kind, 'give-up')
})

t.test('a run that ended well ends what was asked for once, unless it was moved', async (t) => {
  t.same(endPlan(running(), { kind: 'done' }, noon, 0), {
    kind: 'over',
    nextAt: null,
    skipped: 0,
  })
  const moved = running({ nextAt: noon - minute })
  t.match(endPlan(moved, { kind: 'done' }, noon, 0), { nextAt: noon - minute, skipped: 0 })
})

t.test('instants that came while a run was at work are left out and counted', async (t) => {
  const long = running({ time: everyTenMinutes, nextAt: noon + 10 * minute })
  t.same(endPlan(long, { kind: 'done' }, noon + 25 * minute, 0), {
    kind: 'over',
    nextAt: noon + 30 * minute,
    skipped: 2,
  })
})

t.test('a failure waits longer each time, then the run has failed', async (t) => {
  const waits: (number | undefined)[] = []
  for (let failures = 0; failures < 6; failures++) {
    const plan = endPlan(running({}, { failures }), failed, noon, 0)
    waits.push(plan.kind === 'retry' ? plan.dueAt - noon : undefined)
  }
  t.same(waits, [1000, 5000, 30_000, 120_000, 600_000, undefined])
  t.equal(backOffMs(1, 0.999_999), 1200)
})

t.test('a retry waits as long as the host says that it is of no use', async (t) => {
  const waits = (retryAfterMs: number) => endPlan(running(), { ...failed, retryAfterMs }, noon, 0)
  t.match(waits(60_000), { kind: 'retry', dueAt: noon + 60_000 })
  t.match(waits(10), { kind: 'retry', dueAt: noon + 1000 })
})

t.test('a refusal is not tried again, and neither is what was given up', async (t) => {
  t.equal(endPlan(running(), { kind: 'refused', code: 'NOT_TODAY' }, noon, 0).kind, 'over')
  t.equal(endPlan(running(), { ...failed, isLast: true }, noon, 0).kind, 'over')
})

t.test('no retry delays the next regular run', async (t) => {
  const next = noon + 10 * minute
  const cron = (failures: number) => running({ time: everyTenMinutes, nextAt: next }, { failures })
  t.match(endPlan(cron(3), failed, noon, 0), { kind: 'retry', nextAt: next })
  t.match(endPlan(cron(4), failed, noon, 0), { kind: 'over', nextAt: next })
})

t.test(
  'whatever happens, a schedule goes on to a later instant or ends, and runs keep their id',
  async (t) => {
    const arbitrary = fc.record({
      isCron: fc.boolean(),
      missed: fc.constantFrom('once' as const, 'skip' as const),
      lateMs: fc.integer({ min: 0, max: 3 * 24 * 60 * minute }),
      tookMs: fc.integer({ min: 0, max: 40 * minute }),
      failures: fc.integer({ min: 0, max: 5 }),
      end: fc.constantFrom<RunEnd>({ kind: 'done' }, { kind: 'refused', code: 'X' }, failed),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(arbitrary, ({ isCron, missed, lateMs, tookMs, failures, end, random }) => {
        const time = isCron ? everyTenMinutes : null
        const now = noon + lateMs
        const claim = claimPlan(schedule({ time, missed }), now, 'run_1')
        if (claim.kind === 'skip') {
          t.ok(isCron && missed === 'skip' && claim.nextAt !== null && claim.nextAt > now)
          return
        }
        t.ok(claim.kind === 'run' && claim.run.scheduledAt <= now)
        if (claim.kind !== 'run') return
        const at = now + tookMs
        const { nextAt, payload } = claim
        const begun = { ...claim.run, failures }
        const standing = { ...schedule({ time, missed, nextAt, payload }), run: begun }
        const ended = endPlan(standing, end, at, random)
        if (isCron) t.ok(ended.nextAt !== null && ended.nextAt > at)
        else t.equal(ended.nextAt, null)
        if (ended.kind === 'retry') {
          t.ok(end.kind === 'failed' && ended.dueAt > at)
          t.ok(ended.nextAt === null || ended.dueAt < ended.nextAt)
          t.equal(
            claimPlan({ ...standing, nextAt: ended.nextAt }, ended.dueAt, 'other').kind,
            'run',
          )
        }
      }),
    )
  },
)
