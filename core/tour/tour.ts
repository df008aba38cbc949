import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Step } from '../src/rollout/plan/steps.ts'
import { weightOf } from '../src/rollout/rollout-weight.ts'
import { Caller } from './caller.ts'
import { durationOf, followRollout } from './follow-rollout.ts'
import type { Fault } from './plugin/src/fault.ts'
import { disappointments, type Stage, tableOf } from './report.ts'
import { makeQuestions } from './series.ts'
import { release, subscribe } from './set-up.ts'
import { TourHost } from './tour-host.ts'
import { packVersion, plugin, service } from './versions.ts'

const CALLS_PER_S = 50
const QUESTIONS = 200
/** Calls after the rollback, which must all be answered by 1.0.0. */
const AFTER_ROLLBACK_MS = 1000

interface Release {
  readonly version: string
  readonly what: string
  readonly fault: Fault
  readonly expected: 'completed' | 'aborted'
  readonly steps: readonly Step[]
}

const full: Step = { weightBp: 10_000, hold: {} }
/** Longer than the tour waits: a bad version that the judge misses never gets through. */
const watched = (weightBp: number): Step[] => [{ weightBp, hold: { durationMs: 600_000 } }, full]

const releases: readonly Release[] = [
  {
    version: '1.1.0',
    what: 'is as good',
    fault: 'none',
    expected: 'completed',
    steps: [
      { weightBp: 1000, hold: { durationMs: 1500, exposures: 10 } },
      { weightBp: 5000, hold: { durationMs: 1500, exposures: 30 } },
      full,
    ],
  },
  {
    version: '1.2.0',
    what: 'throws on one series in five',
    fault: 'throws-on-gaps',
    expected: 'aborted',
    steps: watched(500),
  },
  {
    version: '1.3.0',
    what: 'is five times slower',
    fault: 'five-times-slower',
    expected: 'aborted',
    steps: watched(1000),
  },
  {
    version: '1.4.0',
    what: 'answers against its contract',
    fault: 'breaks-contract',
    expected: 'aborted',
    steps: watched(500),
  },
]

interface Running {
  readonly host: TourHost
  readonly caller: Caller
}

type Unjudged = Omit<Stage, 'callerErrors'> & { readonly startedAt: number }

function say(line: string): void {
  process.stdout.write(`${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}\n`)
}

async function tryRelease(
  { host }: Running,
  { version, what, expected, steps }: Release,
): Promise<Unjudged> {
  const startedAt = Date.now()
  const rollout = await followRollout(host.operator, { version, steps }, say)
  return {
    what: `${version} ${what}`,
    weightBp: weightOf({ ...rollout, state: 'running' }),
    expected,
    ended: byItself(rollout.transitions.at(-1)?.actor) ? rollout.state : 'ended by hand',
    calls: rollout.calls.canary,
    failed: rollout.events.failures.canary,
    tookMs: durationOf(rollout),
    startedAt,
  }
}

const byItself = (actor: string | undefined) => actor === 'judge'

/** Back to 1.0.0: a call that is sent after the host's answer never meets 1.1.0 again. */
async function rollBack({ host, caller }: Running): Promise<Unjudged> {
  const startedAt = Date.now()
  const path = `/v1/plugins/${encodeURIComponent(plugin)}:rollback`
  const { state } = await host.operator.request<{ state: string }>('POST', path, {
    reason: 'the tour is over',
  })
  const doneAt = Date.now()
  say('1.1.0  rolled back by hand to 1.0.0')
  await delay(AFTER_ROLLBACK_MS)
  const after = caller.sentSince(doneAt + 1)
  const isBack = after.every(({ version }) => version === '1.0.0')
  return {
    what: '1.1.0 is taken back by hand to 1.0.0',
    weightBp: 10_000,
    expected: 'rolled_back',
    ended: isBack ? state : 'still called',
    calls: after.length,
    failed: 0,
    tookMs: doneAt - startedAt,
    startedAt,
  }
}

async function keepTrend(host: TourHost, key: string): Promise<number> {
  const { kept } = await host
    .as(key)
    .request<{ kept: number }>('POST', `/api/${service}/v1/keep`, { slope: 1.5 })
  return kept
}

async function stagesOf(running: Running, folders: readonly string[]): Promise<Stage[]> {
  const { caller, host } = running
  const stages: Unjudged[] = []
  const publish = async (index: number) => {
    const next = releases[index]
    if (next === undefined) return
    await release(host, folders[index] as string, next.version)
    say(`${next.version}  published with npm and installed: it ${next.what}`)
  }
  await publish(0)
  for (const [index, planned] of releases.entries()) {
    // The next version is published while this one is tried, as authors do not wait for each other.
    const [stage] = await Promise.all([tryRelease(running, planned), publish(index + 1)])
    stages.push(stage)
  }
  stages.push(await rollBack(running))
  await caller.stop()
  return stages.map((stage, index) => {
    const until = stages[index + 1]?.startedAt ?? Number.POSITIVE_INFINITY
    const own = caller.sentSince(stage.startedAt).filter(({ sentAt }) => sentAt < until)
    return { ...stage, callerErrors: own.filter(({ error }) => error !== undefined).length }
  })
}

/** @returns what did not go as it should. */
async function tour(host: TourHost, folders: readonly string[]): Promise<readonly string[]> {
  const [first = '', ...others] = folders
  await release(host, first, '1.0.0')
  const key = await subscribe(host)
  say('1.0.0  published, installed, enabled with consent, subscribed')
  const kept = await keepTrend(host, key)
  const target = { url: `${host.url}/api/${service}/v1/trend`, key }
  const caller = new Caller(target, makeQuestions(QUESTIONS))
  caller.start(CALLS_PER_S)
  const startedAt = Date.now()
  say(`the app calls ${CALLS_PER_S} times a second from now on, and looks at every answer`)
  try {
    const stages = await stagesOf({ host, caller }, others)
    const callingS = (Date.now() - startedAt) / 1000
    const keptAfter = await keepTrend(host, key)
    process.stdout.write(`\n${tableOf(stages)}\n\n${summaryOf(caller, callingS)}\n`)
    return [
      ...disappointments(stages),
      ...errorsOf(caller),
      ...(keptAfter === kept + 1 ? [] : ['what 1.0.0 had kept was lost on the way']),
    ]
  } finally {
    await caller.stop()
  }
}

async function packAll(into: string): Promise<string[]> {
  const folders: string[] = []
  for (const { version, fault } of [{ version: '1.0.0', fault: 'none' } as const, ...releases]) {
    folders.push(await packVersion(into, version, fault))
  }
  return folders
}

function summaryOf({ records }: Caller, callingS: number): string {
  const times = records.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const quantile = (share: number) => (times[Math.floor(share * times.length)] ?? 0).toFixed(0)
  const errors = records.filter(({ error }) => error !== undefined).length
  const rate = (records.length / callingS).toFixed(0)
  return `${records.length} calls at ${rate}/s, ${errors} errors; half within ${quantile(0.5)} ms, 99 in 100 within ${quantile(0.99)} ms`
}

/** Each kind once, with its count: fifty equal lines say no more. */
function errorsOf({ records }: Caller): string[] {
  const counts = Map.groupBy(records, ({ error }) => error)
  counts.delete(undefined)
  return [...counts].map(([error, { length }]) => `${length} × ${error}`)
}

const scratch = await mkdtemp(join(tmpdir(), 'signalbox-tour-versions-'))
let host: TourHost | undefined

async function cleanUp(): Promise<void> {
  await host?.stop()
  await rm(scratch, { recursive: true, force: true })
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  say('a host of its own starts, with PostgreSQL')
  const packed = packAll(scratch)
  // Waited for below: until then a failure of it is nobody's.
  packed.catch(() => undefined)
  host = await TourHost.start()
  const wrong = await tour(host, await packed)
  for (const line of wrong) process.stderr.write(`✗ ${line}\n`)
  if (wrong.length > 0) process.exitCode = 1
} finally {
  await cleanUp()
}
say(process.exitCode === 1 ? 'the tour has failed' : 'all as promised')
