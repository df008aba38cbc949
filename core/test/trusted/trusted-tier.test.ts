import '../../../sandbox/test/plain-spawn.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GuestCall, GuestOutcome, IsolateSpec, SandboxEvent } from '@signalbox/sandbox'
import t, { type Test } from 'tap'
import { coreErrors } from '../../src/errors.ts'
import { TrustedTier } from '../../src/trusted/trusted-tier.ts'
import { isAlive, until } from '../support/processes.ts'

const spec = (version = '1.0.0', tenant = 'acme'): IsolateSpec => ({
  plugin: '@trusted/one',
  version,
  publisher: '@trusted',
  tenant,
  bundleSha256: '00',
  configJson: '{"unit":"kg"}',
  limits: { heapMb: 32, turnMs: 200, deadlineMs: 15_000, payloadKb: 64 },
  features: [],
  state: 'kept',
  tier: 'trusted',
})

/** A frame in the format of the wire, with what a plugin that got hold of the socket might claim. */
const FRAME = `(kind, id, length = 21) => {
  const frame = Buffer.alloc(25)
  frame.writeUInt32LE(length, 0)
  frame.writeUInt32LE(id, 4)
  frame.writeUInt32LE(13, 8)
  frame[12] = kind
  writeSync(3, frame)
}`

const plugin = `
import { writeSync } from 'node:fs'
const send = ${FRAME}
const never = new Promise(() => {})
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let kept
export default { services: { s: {
  pid: () => process.pid,
  config: (_input, ctx) => [ctx.tenant, ctx.config, Object.isFrozen(ctx.config)],
  ask: async (input, ctx) => { kept = ctx; return ctx.services.call('s', 'o', input) },
  askKept: () => kept.services.call('s', 'o', 1),
  wait: () => never,
  told: async (_input, ctx) => {
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
    return [ctx.signal.reason.code, await ctx.services.call('s', 'o', 1)]
  },
  sleep: async ({ ms }) => { await sleep(ms); return 'slept' },
  log: (_input, ctx) => { ctx.log.info('told', { n: 1 }); console.warn('said', { n: 2 }) },
  spin: () => { for (;;); },
  grow: async () => { const held = []; for (;;) { held.push(Buffer.alloc(1 << 24, 1)); await sleep(1) } },
  heap: () => { const held = []; for (;;) held.push(new Array(10000).fill({})) },
  exit: () => process.exit(3),
  stray: async () => { setTimeout(() => { throw new Error('nobody catches this') }, 1); await never },
  big: () => 'x'.repeat(100000),
  cycle: () => { const a = {}; a.a = a; return a },
  forgedEnd: () => { send(2, 4000000); return never },
  forgedHostCall: () => { send(5, 4000000); return never },
  oversized: () => { send(2, 1, 0xfffffff0); return never },
  unknownKind: () => { send(99, 1); return never },
  noise: () => { writeSync(3, Buffer.alloc(64, 255)); return never },
} } }
`

interface Opened {
  readonly tier: TrustedTier
  readonly events: SandboxEvent[]
  readonly call: (
    operation: string,
    input?: unknown,
    more?: Partial<GuestCall>,
  ) => Promise<GuestOutcome>
}

async function open(t: Test, source = plugin, safe: readonly string[] = []): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-'))
  const entry = join(folder, 'plugin.mjs')
  await writeFile(entry, source)
  const events: SandboxEvent[] = []
  const tier = new TrustedTier({
    prepare: async () => ({ folder, entry, heapMb: 32, maxOutputLength: 64 * 1024 }),
    isSafe: ({ entry }) => entry.kind === 'service' && safe.includes(entry.operation),
    inFlight: { drained: async () => undefined },
    removeFolder: async () => undefined,
    onEvent: (event) => events.push(event),
    random: () => 0,
    log: { warn: () => undefined },
    startMs: 20_000,
    // Of a busy machine: only what never answers again is ended for its silence.
    silentMs: 4000,
  })
  // While a process rests there is nothing else that keeps the test's own alive.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    clearInterval(alive)
    await tier.stop()
    await rm(folder, { recursive: true })
  })
  const call: Opened['call'] = (operation, input = null, more = {}) =>
    tier.call({
      isolate: spec(),
      loadBundle: () => Promise.reject(new Error('a trusted process reads its own')),
      entry: { kind: 'service', service: 's', operation },
      inputJson: JSON.stringify(input),
      context: { principal: { kind: 'app', id: 'a' }, arm: 'stable', traceId: 'f'.repeat(32) },
      deadlineMs: 15_000,
      hostCall: async (_name, payload) => payload,
      hasEffect: () => true,
      onLog: () => undefined,
      ...more,
    })
  return { tier, events, call }
}

function codeOf(outcome: GuestOutcome): string {
  return outcome.kind === 'failed' ? outcome.error.code : outcome.kind
}

const output = (outcome: GuestOutcome): unknown =>
  outcome.kind === 'ok' ? JSON.parse(outcome.outputJson) : outcome

t.test(
  'two versions run side by side, each in its process, and a version serves all tenants',
  async (t) => {
    const { call } = await open(t)
    const pid = async (version: string, tenant: string) =>
      output(await call('pid', null, { isolate: spec(version, tenant) }))
    const [one, same, other] = await Promise.all([
      pid('1.0.0', 'acme'),
      pid('1.0.0', 'globex'),
      pid('2.0.0', 'acme'),
    ])
    t.equal(one, same)
    t.not(one, other)
    t.strictSame(output(await call('config')), ['acme', { unit: 'kg' }, true])
  },
)

t.test(
  'calls run side by side in one process, and are metered without what they wait for the host',
  async (t) => {
    const { call } = await open(t)
    await call('pid')
    const begun = performance.now()
    const slow = Array.from({ length: 20 }, () => call('sleep', { ms: 2000 }))
    t.ok((await Promise.all(slow)).every((outcome) => output(outcome) === 'slept'))
    t.ok(performance.now() - begun < 30_000, 'one after the other they take forty seconds')
    const asked = await call(
      'ask',
      { n: 1 },
      {
        hostCall: async () => {
          await new Promise((resolve) => setTimeout(resolve, 3000))
          return '{"answer":42}'
        },
      },
    )
    t.strictSame(output(asked), { answer: 42 })
    t.match(asked, { hostCalls: 1 })
    t.ok(asked.cpuMs < 3000, `${asked.cpuMs}`)
  },
)

t.test('what the plugin logs and says on the console is in the log of its call', async (t) => {
  const { call } = await open(t)
  const told: unknown[] = []
  await call('log', null, { onLog: (...words) => told.push(words) })
  t.strictSame(told, [
    ['info', 'told', { n: 1 }],
    ['warn', 'said { n: 2 }', {}],
  ])
})

t.test('a deadline is answered at once, and what the host does for the call ends', async (t) => {
  const { call } = await open(t)
  await call('pid')
  let aborted = false
  const outcome = await call('ask', 1, {
    // By then the host was asked, however busy the machine.
    deadlineMs: 2000,
    hostCall: (_name, _payload, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(new Error('aborted'))
        })
      }),
  })
  t.equal(codeOf(outcome), 'SBX_DEADLINE_EXCEEDED')
  t.ok(aborted)
  // And through what it kept of that call, the plugin gets nothing.
  const hostCall = () => Promise.reject(new Error('it was asked'))
  t.match(await call('askKept', null, { hostCall }), { hostCalls: 0, kind: 'failed' })
})

t.test('a host error that a handler lets through is told by its code', async (t) => {
  const { call } = await open(t)
  const hostCall = () => Promise.reject(coreErrors.create('DATABASE_UNAVAILABLE'))
  t.match(await call('ask', 1, { hostCall }), {
    error: { code: 'CORE_DATABASE_UNAVAILABLE' },
    blame: 'host',
  })
})

t.test('answers beyond the limits are refused', async (t) => {
  const { call } = await open(t)
  t.equal(codeOf(await call('big')), 'SBX_OUTPUT_TOO_LARGE')
  t.equal(codeOf(await call('cycle')), 'SBX_OUTPUT_NOT_JSON')
  t.equal(codeOf(await call('absent')), 'SBX_HANDLER_MISSING')
  t.equal(codeOf(await call('constructor')), 'SBX_HANDLER_MISSING')
  t.equal(codeOf(await call('pid', 'x'.repeat(70_000))), 'SBX_INPUT_TOO_LARGE')
})

for (const [operation, code] of Object.entries({
  spin: 'SBX_TURN_TIMEOUT',
  grow: 'SBX_MEMORY_EXCEEDED',
  heap: 'SBX_MEMORY_EXCEEDED',
  exit: 'SBX_LANE_LOST',
  stray: 'SBX_LANE_LOST',
  forgedEnd: 'SBX_LANE_LOST',
  forgedHostCall: 'SBX_LANE_LOST',
  oversized: 'SBX_LANE_LOST',
  unknownKind: 'SBX_LANE_LOST',
  noise: 'SBX_LANE_LOST',
})) {
  t.test(
    `${operation} costs the process and is its version's fault; the next call is served`,
    async (t) => {
      const { call } = await open(t)
      const before = output(await call('pid')) as number
      t.match(await call(operation), { kind: 'failed', error: { code }, blame: 'plugin' })
      t.not(output(await call('pid')), before)
      t.notOk(isAlive(before))
    },
  )
}

t.test(
  'of the calls that lose their process only a read without effect runs again, once',
  async (t) => {
    const { call } = await open(t, plugin, ['sleep', 'ask'])
    await call('pid')
    const lost = [call('sleep', { ms: 600 }), call('ask', 1), call('wait')]
    const asking = call('ask', 1, { hostCall: () => new Promise(() => undefined) })
    await lost[1]
    await call('exit')
    t.strictSame((await Promise.all(lost)).map(codeOf), ['ok', 'ok', 'SBX_LANE_LOST'])
    t.equal(codeOf(await asking), 'SBX_LANE_LOST', 'it may have had an effect')
  },
)

t.test("a process that is killed from outside is nobody's fault", async (t) => {
  const { call, events } = await open(t)
  const pid = output(await call('pid')) as number
  const waiting = call('wait')
  await call('pid')
  process.kill(pid, 'SIGKILL')
  t.match(await waiting, { error: { code: 'SBX_INTERRUPTED' }, blame: 'host' })
  t.not(output(await call('pid')), pid)
  t.strictSame(events, [])
})

t.test('three deaths open the circuit of the version, and of no other', async (t) => {
  const { call, events } = await open(t)
  for (let death = 0; death < 3; death++) t.equal(codeOf(await call('exit')), 'SBX_LANE_LOST')
  t.match(await call('pid'), { error: { code: 'SBX_CIRCUIT_OPEN' }, blame: 'plugin' })
  t.match(events, [{ kind: 'circuit-opened', culprit: { version: '1.0.0' }, strikes: 3 }])
  t.type(output(await call('pid', null, { isolate: spec('2.0.0') })), 'number')
})

t.test(
  'a bundle that cannot be loaded is told at once, and started with longer and longer rests',
  async (t) => {
    const { call, tier } = await open(t, 'throw new Error("no good")')
    t.match(await call('pid'), { error: { code: 'SBX_LOAD_FAILED' }, blame: 'plugin' })
    t.match(tier.stats(), { processes: 0, backingOff: 1, strikes: 1 })
    const { call: other } = await open(t, 'export const x = 1')
    t.equal(codeOf(await other('pid')), 'SBX_LOAD_FAILED')
  },
)

t.test('beyond what may wait calls are told to come again', async (t) => {
  const { call } = await open(t)
  await call('pid')
  const calls = Array.from({ length: 128 + 256 + 5 }, () =>
    call('wait', null, { deadlineMs: 1500 }),
  )
  const codes = (await Promise.all(calls)).map(codeOf)
  t.equal(codes.filter((code) => code === 'SBX_BUSY').length, 5)
})

t.test('a stop leaves no process, and tells whoever waits', async (t) => {
  const { call, tier } = await open(t)
  const pid = output(await call('pid')) as number
  const waiting = call('wait')
  await tier.stop()
  await until(() => !isAlive(pid))
  t.equal(codeOf(await waiting), 'SBX_STOPPED')
  t.equal(codeOf(await call('pid')), 'SBX_STOPPED')
})

const gone = () => coreErrors.create('CALLER_LEFT')

t.test('a handler whose caller has left is told, and may finish; or ends at once', async (t) => {
  const { call, tier } = await open(t)
  await call('pid')
  const left = { aborted: false, reason: gone() }
  const told = call('told', null, { left })
  await until(() => tier.stats().calls === 1)
  left.aborted = true
  const answer = output(await told) as unknown[]
  t.equal(answer[0], 'CORE_CALLER_LEFT')
  t.match(answer[1], { input: 1 }, 'the host still answers it')
  const signal = { aborted: false, reason: gone() }
  const ended = call('told', null, { signal })
  await until(() => tier.stats().calls === 1)
  signal.aborted = true
  t.match(await ended, { kind: 'failed', error: { code: 'CORE_CALLER_LEFT' }, blame: 'host' })
  t.equal(
    codeOf(await call('pid', null, { left: { aborted: true, reason: gone() } })),
    'CORE_CALLER_LEFT',
  )
})

t.test('whoever hangs up again and again costs neither the process nor a strike', async (t) => {
  const { call, tier } = await open(t)
  const pid = output(await call('pid'))
  // Their handlers never end: each keeps its place until its own deadline, and no more begin meanwhile.
  for (let round = 0; round < 3; round++) {
    const signal = { aborted: false, reason: gone() }
    const calls = Array.from({ length: 120 }, () =>
      call('wait', null, { signal, deadlineMs: 1000 }),
    )
    await until(() => tier.stats().calls > 0 || tier.stats().queued > 0)
    signal.aborted = true
    const codes = new Set((await Promise.all(calls)).map(codeOf))
    t.same([...codes], ['CORE_CALLER_LEFT'])
  }
  t.equal(output(await call('pid')), pid)
  t.match(tier.stats(), { strikes: 0, processes: 1, calls: 0, queued: 0 })
})
