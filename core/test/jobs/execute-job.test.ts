import type { WatchedSignal } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import type { EntryCall, EntryOutcome, EntryPorts } from '../../src/broker/entry-call.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import { coreErrors } from '../../src/errors.ts'
import { executeJob } from '../../src/jobs/execute-job.ts'
import { emptySnapshot, type Snapshot } from '../../src/rollout/routing/snapshot.ts'
import { perTenant, timerPlugin, timerSnapshot } from '../support/job-fleet.ts'

const noon = Date.parse('2026-06-01T12:00:00Z')
const deadline = noon + 2000
const on = timerSnapshot(['acme'])

const schedule = {
  id: 'sch_1',
  tenant: 'acme',
  plugin: timerPlugin,
  job: 'note',
  time: null,
  missed: 'once' as const,
  state: 'running' as const,
  nextAt: null,
  payload: null,
  run: { id: 'run_1', scheduledAt: noon, payload: '{"a":"\\"}"}', attempt: 2, failures: 1 },
}

/** A host in which the handler is `handle`. */
async function execute(
  handle: (call: EntryCall, ports: EntryPorts) => Promise<Partial<EntryOutcome['outcome']>>,
  world: { snapshot: Snapshot; now: number } = { snapshot: on, now: noon },
  signal: WatchedSignal = { aborted: false, reason: undefined },
) {
  const uses: GrantUse[] = []
  const asked: string[] = []
  const entry = {
    snapshot: () => world.snapshot,
    now: () => world.now,
    hostCall: async (_scope: unknown, name: string) => {
      asked.push(name)
      return 'null'
    },
    log: { child: () => ({ warn: () => undefined, error: () => undefined }) },
  } as unknown as EntryPorts
  const end = await executeJob(
    {
      entry,
      runEntry: async (ports, call) => ({
        outcome: (await handle(call, ports)) as EntryOutcome['outcome'],
        version: '1.0.0',
        arm: 'stable',
      }),
      makeTraceId: () => 'trace',
      onUse: (use) => uses.push(use),
    },
    schedule,
    deadline,
    signal,
  )
  return { end, uses, asked }
}

const hostCall = (ports: EntryPorts) =>
  ports.hostCall({} as never, 'db.query', '{}', new AbortController().signal)

t.test(
  'the handler is told its run, attempt and payload, and the grant counts as used',
  async (t) => {
    let seen: EntryCall | undefined
    const { end, uses } = await execute(async (call) => {
      seen = call
      return { kind: 'ok' }
    })
    t.same(end, { kind: 'done' })
    t.same(JSON.parse(seen?.inputJson ?? ''), {
      job: 'note',
      runId: 'run_1',
      scheduledAt: noon,
      attempt: 2,
      payload: { a: '"}' },
    })
    t.match(seen, {
      tenant: 'acme',
      entry: { kind: 'job', name: 'note' },
      requestId: 'run_1',
      deadline,
    })
    t.match(uses, [
      { capability: 'job:schedule', grant: perTenant.id, facet: 'note', outcome: 'done' },
    ])
  },
)

t.test('how the handler ended is the end of the attempt, whatever it was', async (t) => {
  const refused = await execute(async () => ({ kind: 'refused', code: 'NOT_TODAY' }))
  t.same(refused.end, { kind: 'refused', code: 'NOT_TODAY' })
  const error = coreErrors.create('SQL_FAILED', { plugin: timerPlugin })
  const failed = await execute(async () => ({ kind: 'failed', error }))
  t.same(failed.end, { kind: 'failed', code: 'CORE_SQL_FAILED' })
  const busy = coreErrors.create('DATABASE_UNAVAILABLE', {}, { retryAfterS: 7 })
  const later = await execute(async () => ({ kind: 'failed', error: busy }))
  t.match(later.end, { kind: 'failed', retryAfterMs: 7000 })
  const disabled = await execute(() => {
    throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin: timerPlugin, tenant: 'acme' })
  })
  t.same(disabled.end, { kind: 'failed', code: 'CORE_PLUGIN_NOT_ENABLED' })
  const bug = await execute(() => Promise.reject(new TypeError('a bug of the host')))
  t.same(bug.end, { kind: 'failed', code: 'CORE_INTERNAL' })
})

t.test('a run can do nothing more once its plugin is off, or its time is up', async (t) => {
  const world = { snapshot: on, now: noon }
  const codes: string[] = []
  const { asked } = await execute(async (_call, ports) => {
    const ask = () =>
      hostCall(ports).then(
        () => codes.push('answered'),
        (error) => codes.push(error instanceof CodedError ? error.code : String(error)),
      )
    await ask()
    world.snapshot = emptySnapshot
    await ask()
    world.snapshot = { ...on, grants: new Map() }
    await ask()
    world.snapshot = on
    world.now = deadline
    await ask()
    return { kind: 'ok' }
  }, world)
  t.same(codes, ['answered', ...Array<string>(3).fill('CORE_JOB_CANCELLED')])
  t.same(asked, ['db.query'])
})

t.test('a run that was cancelled ends as that, whatever its handler made of it', async (t) => {
  const reason = coreErrors.create('JOB_RUN_CANCELLED', { plugin: timerPlugin, job: 'note' })
  const signal = { aborted: false, reason }
  const { end } = await execute(
    async (call) => {
      t.equal(call.signal, signal)
      signal.aborted = true
      return { kind: 'failed', error: reason }
    },
    undefined,
    signal,
  )
  t.same(end, { kind: 'cancelled', code: 'CORE_JOB_RUN_CANCELLED' })
})
