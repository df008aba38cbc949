import '../plain-spawn.ts'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test as TestBase } from 'tap'
import type { SandboxOptions } from '../../src/index.ts'
import { bundle, codeOf, guestCall, outputOf, stuck } from '../guest-fixture.ts'
import { until } from '../until.ts'
import { startedSandbox } from './started-sandbox.ts'

const source = bundle(`
  echo: (input) => input,
  stuck: () => ${stuck},
  async ask(input, ctx) { return ctx.db.query('x', [input]) },
  wait: () => new Promise(() => {}),
  count: (() => { let calls = 0; return () => ++calls })(),
`)

const started = async (t: TestBase, options: SandboxOptions) => {
  const it = await startedSandbox(t, source, options)
  return { ...it, lost: () => it.events.filter((event) => event.kind === 'lane-lost') }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test(
  'a stuck turn costs its lane and is blamed by name; what lay behind it runs again',
  async (t) => {
    const { call, lost } = await started(t, { lanes: 1 })
    await call('echo')
    const outcomes = await Promise.all([
      call('echo', { input: 1 }),
      call('stuck', { plugin: '@test/bad' }),
      call('echo', { input: 2 }),
      call('echo', { input: 3, tenant: 'other' }),
    ])
    t.same(outcomes.map(codeOf), ['ok', 'SBX_TURN_TIMEOUT', 'ok', 'ok'])
    t.match(outcomes[1], { blame: 'plugin' })
    // A lane that a full machine kept still is lost to nobody, and the calls run again.
    const blamed = lost().filter(({ culprit }) => culprit !== undefined)
    t.match(blamed, [
      {
        culprit: {
          plugin: '@test/bad',
          version: '1.0.0',
          tenant: 'acme',
          code: 'SBX_TURN_TIMEOUT',
        },
      },
    ])
  },
)

t.test(
  'what waits behind a long turn goes to another lane, what is of its publisher stays',
  async (t) => {
    const { sandbox, call } = await started(t, { lanes: 2 })
    await until(() => sandbox.stats().lanes.filter(({ mode }) => mode === 'serving').length === 3)
    // Both are known to be cheap, so that they travel together; then one of them turns bad: for long enough that the
    // other lane answers before, even where it gets a fraction of a core.
    const limits = { turnMs: 3000 }
    const bad = { plugin: '@test-bad/x', tenant: 'bad', limits, deadlineMs: 60_000 }
    for (let n = 0; n < 3; n++) await Promise.all([call('echo', bad), call('echo')])
    const long = call('stuck', bad)
    const behind = Array.from({ length: 20 }, (_, input) => call('echo', { input }))
    const sibling = call('echo', { ...bad, input: 1 })
    const first = await Promise.race([long, Promise.all(behind).then(() => 'the others')])
    t.equal(first, 'the others')
    t.same((await Promise.all(behind)).map(outputOf), [...behind.keys()])
    // Without the CPU to use its time up, it is taken for a lane that stands still.
    t.match(codeOf(await long), /^SBX_(TURN_TIMEOUT|LANE_LOST)$/)
    t.equal(outputOf(await sibling), 1)
  },
)

t.test(
  "kill -9 from outside is nobody's fault: pure calls run again, others are told",
  async (t) => {
    const { sandbox, call, lost } = await started(t, { lanes: 1 })
    let asked = 0
    const effectful = call('ask', {
      hostCall: () => {
        asked++
        return new Promise(() => undefined)
      },
    })
    await until(() => asked === 1)
    const pure = call('wait', { deadlineMs: 1500, tenant: 'other' })
    const pid = sandbox.stats().lanes.find(({ isolates }) => isolates > 0)?.pid ?? 0
    process.kill(pid, 'SIGKILL')
    t.equal(codeOf(await effectful), 'SBX_INTERRUPTED')
    t.match(await effectful, { blame: 'host', hostCalls: 1 })
    t.equal(outputOf(await call('echo', { input: 5 })), 5, 'the standby serves')
    t.equal(codeOf(await pure), 'SBX_DEADLINE_EXCEEDED', 'ran again, and waited there')
    t.match(lost(), [{ pid, fault: { kind: 'external' }, culprit: undefined }])
    t.equal(asked, 1, 'the effectful call was not repeated')
  },
)

t.test("memory outside of V8's heap is seen from the host", async (t) => {
  const { sandbox, lost } = await started(t, { lanes: 1, maxResidentMb: 200 })
  const hog = bundle(
    `run: () => { const all = []; for (;;) all.push(new Uint8Array(1 << 22).fill(1)) }`,
  )
  // Whoever looks at the memory may be kept from it by a full machine; the hog is not.
  const limits = { heapMb: 256, turnMs: 20_000 }
  const outcome = await sandbox.call(guestCall(hog, { limits, deadlineMs: 60_000 }))
  t.equal(codeOf(outcome), 'SBX_MEMORY_EXCEEDED')
  t.match(outcome, { blame: 'plugin', error: { message: /256 MiB.*MiB in its process/ } })
  t.match(lost(), [{ fault: { kind: 'memory' } }])
})

t.test('an isolate that was dropped never comes back; a call beside it runs again', async (t) => {
  const { call, events } = await started(t, { lanes: 1 })
  t.equal(outputOf(await call('count')), 1)
  const waiting = call('wait', { deadlineMs: 1500 })
  const late = call('wait', { deadlineMs: 400 })
  t.equal(codeOf(await late), 'SBX_DEADLINE_EXCEEDED')
  await until(() => events.length > 0)
  t.match(events, [{ kind: 'isolate-dropped', culprit: { code: 'SBX_DEADLINE_EXCEEDED' } }])
  t.equal(outputOf(await call('count')), 1, 'a new isolate')
  t.equal(codeOf(await waiting), 'SBX_DEADLINE_EXCEEDED')
})

t.test("overload is told at once, and a tenant's line is its own", async (t) => {
  const { call } = await started(t, { lanes: 1, maxQueued: 6, maxQueuedPerTenant: 4 })
  await call('echo')
  const busy = Array.from({ length: 8 }, () => call('echo', { version: '9.0.0' }))
  const other = call('echo', { tenant: 'quiet', input: 1 })
  const codes = (await Promise.all(busy)).map(codeOf)
  t.ok(codes.includes('SBX_BUSY'), codes.join())
  t.ok(codes.includes('ok'), codes.join())
  t.equal(codeOf(await other), 'ok')
  const refused = (await Promise.all(busy)).find((outcome) => codeOf(outcome) === 'SBX_BUSY')
  t.match(refused, { blame: 'host', error: { retryAfterS: 1, status: 429 } })
})

t.test('a lane keeps the isolates used last, and is replaced after many loads', async (t) => {
  const { sandbox, call, events } = await started(t, { lanes: 1, maxIsolates: 2, maxLoads: 4 })
  for (const tenant of ['a', 'b', 'a', 'c']) await call('count', { tenant })
  t.equal(outputOf(await call('count', { tenant: 'a' })), 3, 'used, so kept')
  t.equal(outputOf(await call('count', { tenant: 'b' })), 1, 'gone, so loaded')
  t.equal(outputOf(await call('count', { tenant: 'd' })), 1)
  await until(() => events.some(({ kind }) => kind === 'lane-retired'))
  t.equal(outputOf(await call('count', { tenant: 'd' })), 1, 'another lane')
  t.equal(sandbox.stats().lanesRetired, 1)
  t.equal(sandbox.stats().lanesLost, 0)
})

t.test('stopping answers what waits and leaves no process', async (t) => {
  const { sandbox, call } = await started(t, { lanes: 1 })
  const waiting = call('wait')
  const pids = sandbox.stats().lanes.map(({ pid }) => pid)
  await sandbox.stop()
  t.match(codeOf(await waiting), 'SBX_STOPPED')
  t.same(pids.filter(isAlive), [])
  t.equal(codeOf(await call('echo')), 'SBX_STOPPED')
})

t.test('no lane outlives its host, not even one that is stuck', async (t) => {
  const main = fileURLToPath(new URL('host-that-dies.ts', import.meta.url))
  const host = spawn(process.execPath, [main], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: host.stdout })
  let pids: number[] = []
  for await (const line of lines) {
    pids = JSON.parse(line) as number[]
    break
  }
  t.ok(pids.length >= 2, `lanes ${pids.join()}`)
  t.ok(pids.every(isAlive))
  host.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
  t.same(pids.filter(isAlive), [])
})
