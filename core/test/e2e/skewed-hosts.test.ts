import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { read, startRollout, tell, until } from '../support/two-hosts.ts'

/** Two hosts of one database, whose clocks are two hours apart. */

const HOUR_MS = 3_600_000
const HOLD_MS = 1500
/** A controller looks every 250 ms; the rest is a machine that runs every core's tests at once. */
const LATE_MS = 4000
/** Estimates of the database's clock differ by half of what its answers take. */
const EARLY_MS = 50

const program = fileURLToPath(new URL('../support/skewed-clock.ts', import.meta.url))
const { hostUrl } = await testDatabases(t)
const startHost = (skewMs: number) =>
  HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: { NODE_OPTIONS: `--import ${program}`, SKEW_MS: String(skewMs) },
  })
const ahead = await startHost(HOUR_MS)
const behind = await startHost(-HOUR_MS)
const release = await releaseProbe(t, ahead)
await release('1.0.0')
await setUpTenant(ahead, 'acme')
await release('1.1.0')

const steps = [
  { weightBp: 100, hold: { durationMs: HOLD_MS, evenUnseen: true } },
  { weightBp: 500, hold: { durationMs: HOUR_MS } },
  { weightBp: 10_000, hold: {} },
]

/** How long the first step was held, and that it was left once; the rollout is over after it. */
async function heldFor(host: HostProcess, id: string, begun: number): Promise<number> {
  await until(async () => (await read(host, id)).step === 1, 'the second step')
  const { stepStartedAt, transitions } = await tell(host, id, 'abort')
  t.same(
    transitions.map(({ command }) => command),
    ['start', 'advance', 'abort'],
  )
  return stepStartedAt - begun
}

function isAsPlanned(test: Test, ms: number, of: string): void {
  test.ok(ms >= HOLD_MS - EARLY_MS && ms <= HOLD_MS + LATE_MS, `${of}: ${ms} ms`)
}

t.test('their clocks are what the test says, and instants are the database’s', async (t) => {
  for (const starter of [ahead, behind]) {
    const id = await startRollout(starter, '1.1.0', steps)
    const { stepStartedAt } = await read(starter, id)
    t.ok(Math.abs(stepStartedAt - Date.now()) < 60_000)
    await tell(starter, id, 'abort')
  }
})

t.test('a hold lasts as planned, whichever of them begins it', async (t) => {
  for (const [name, starter] of Object.entries({ ahead, behind })) {
    const id = await startRollout(starter, '1.1.0', steps)
    const { stepStartedAt } = await read(starter, id)
    isAsPlanned(t, await heldFor(starter, id, stepStartedAt), `begun by the one ${name}`)
  }
})

t.test('killed with -9 in a hold, the other goes on with it, no sooner and no later', async (t) => {
  const id = await startRollout(ahead, '1.1.0', steps)
  const { stepStartedAt } = await read(ahead, id)
  await ahead.kill('SIGKILL')
  isAsPlanned(t, await heldFor(behind, id, stepStartedAt), 'begun by the one that died')
})

t.test('a clock that jumps an hour ahead in a hold ends it no sooner', async (t) => {
  const id = await startRollout(behind, '1.1.0', steps)
  const { stepStartedAt } = await read(behind, id)
  process.kill(behind.pid, 'SIGUSR2')
  isAsPlanned(t, await heldFor(behind, id, stepStartedAt), 'over a jump')
})
