import '../../../sandbox/test/plain-spawn.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteAnswerStream, GuestCall, GuestOutcome, IsolateSpec } from '@signalbox/sandbox'
import t, { type Test } from 'tap'
import { CREDIT_BYTES, PIECE_BYTES } from '../../src/trusted/child/trusted-wire.ts'
import { TrustedTier } from '../../src/trusted/trusted-tier.ts'
import { until } from '../support/processes.ts'

const isolate = (tenant: string): IsolateSpec => ({
  plugin: '@trusted/bytes',
  version: '1.0.0',
  publisher: '@trusted',
  tenant,
  bundleSha256: '00',
  configJson: '{}',
  limits: { heapMb: 32, turnMs: 200, deadlineMs: 15_000, payloadKb: 64 },
  features: [],
  state: 'kept',
  tier: 'trusted',
})

/** A frame of the wire, as a plugin that got hold of the socket might write it. */
const plugin = `
import { readFileSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
const seen = { produced: 0, ended: 0, aborted: 0 }
const never = new Promise(() => {})
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const frame = (kind, id, bytes) => {
  const head = Buffer.alloc(25)
  head.writeUInt32LE(21 + bytes, 0)
  head.writeUInt32LE(id, 4)
  head.writeUInt32LE(13, 8)
  head[12] = kind
  writeSync(3, head)
}
let calls = 0
async function* flood(size, ctx) {
  ctx.signal.addEventListener('abort', () => seen.aborted++)
  try {
    for (;;) { seen.produced += size; yield Buffer.alloc(size, 97) }
  } finally { seen.ended++ }
}
export default { services: { s: {
  seen: () => ({ ...seen, rss: process.memoryUsage().rss }),
  lines: async function* ({ n }) { for (let i = 0; i < n; i++) yield '{"n":' + i + '}\\n' },
  named: async () => ({ body: Readable.from([Buffer.from('ab'), 'c']), fileName: '报表 2026.csv' }),
  path: async () => ({ body: Readable.from(['x']), fileName: '../x\\r\\nset-cookie: a=b' }),
  web: () => new Response('of the web').body,
  response: () => new Response('whole'),
  empty: async function* () {},
  flood: ({ size = 65536 }, ctx) => flood(size, ctx),
  reused: async function* () { const b = Buffer.alloc(4); for (const c of 'abc') { b.fill(c); yield b } },
  json: () => ({ no: 'bytes' }),
  stray: async function* () { yield 'a'; yield { b: 1 } },
  throws: async function* () { yield 'some'; throw new Error('half way') },
  early: async function* () { throw new Error('before any') },
  asks: async function* (_input, ctx) { for (let i = 0; i < 3; i++) yield JSON.stringify(await ctx.services.call('s', 'o', i)) },
  silent: () => ({ body: { [Symbol.asyncIterator]: () => ({ next: () => never }) } }),
  exit: async function* (_input, ctx) { yield 'some'; await ctx.services.call('s', 'o', 1); process.exit(3) },
  stalls: async function* () { yield 'some'; await never },
  once: async function* () { yield 'x'.repeat(10); await sleep(30) },
  tooMuch: async function* ({ id }) {
    yield 'a'
    for (let n = 0; n < 6; n++) { frame(129, id, 60000); writeSync(3, Buffer.alloc(60000)); await sleep(5) }
    await never
  },
  unasked: ({ id }) => { frame(65, id, 0); return never },
  noBegin: ({ id }) => { frame(129, id, 0); return never },
} } }
`

interface Streamed {
  readonly outcome: GuestOutcome
  readonly text: string
  readonly fileName: string | undefined
  /** What the reader was told instead of an end. */
  readonly error: unknown
}

type Call = (
  operation: string,
  input: unknown,
  more: Partial<GuestCall>,
  tenant?: string,
) => Promise<GuestOutcome>

async function open(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-'))
  const entry = join(folder, 'plugin.mjs')
  await writeFile(entry, plugin)
  const tier = new TrustedTier({
    prepare: async () => ({ folder, entry, heapMb: 32, maxOutputLength: 64 * 1024 }),
    isSafe: ({ entry }) => entry.kind === 'service' && entry.operation === 'exit',
    inFlight: { drained: async () => undefined },
    removeFolder: async () => undefined,
    onEvent: () => undefined,
    random: () => 0,
    log: { warn: () => undefined },
    startMs: 20_000,
    silentMs: 10_000,
  })
  const alive = setInterval(() => undefined, 1000)
  t.teardown(async () => {
    clearInterval(alive)
    await tier.stop()
    await rm(folder, { recursive: true })
  })
  const call: Call = (operation, input, more, tenant = 'acme') =>
    tier.call({
      isolate: isolate(tenant),
      loadBundle: () => Promise.reject(new Error('a trusted process reads its own')),
      entry: { kind: 'service', service: 's', operation },
      inputJson: JSON.stringify(input),
      context: { principal: { kind: 'app', id: 'a' }, arm: 'stable', traceId: 'f'.repeat(32) },
      deadlineMs: 15_000,
      hostCall: async (_name, payload) => payload,
      hasEffect: () => false,
      onLog: () => undefined,
      ...more,
    })
  const seen = async () => {
    const outcome = await call('seen', {}, {})
    return JSON.parse((outcome as { outputJson: string }).outputJson)
  }
  return { tier, call, seen, begin: beginner(call) }
}

type Limits = Partial<Omit<NonNullable<GuestCall['bytes']>, 'start'>>

/** Starts a stream as the broker does; `stream` is undefined where the call ended before its first byte. */
function beginner(call: Call) {
  return async (
    operation: string,
    input: unknown = {},
    limits: Limits & Partial<GuestCall> = {},
  ) => {
    const { maxBytes = 1 << 24, maxMs = 15_000, ...more } = limits
    const { promise, resolve } = Promise.withResolvers<[ByteAnswerStream, string | undefined]>()
    const bytes = {
      maxBytes,
      maxMs,
      start: ({ fileName }: { fileName?: string }, stream: ByteAnswerStream) =>
        resolve([stream, fileName]),
    }
    const running = call(operation, input, { ...more, bytes })
    const over = running.then((outcome) => {
      void promise.then(([stream]) => {
        if (outcome.kind === 'ok') stream.finish()
        else stream.destroy(outcome.kind === 'failed' ? outcome.error : undefined)
      })
      return outcome
    })
    const first = await Promise.race([promise, over.then(() => undefined)])
    return { over, stream: first?.[0], fileName: first?.[1] }
  }
}

async function read(
  begun: Awaited<ReturnType<ReturnType<typeof beginner>>>,
  onPiece: () => void = () => undefined,
): Promise<Streamed> {
  let text = ''
  let error: unknown
  try {
    for await (const piece of begun.stream ?? []) {
      text += piece
      onPiece()
    }
  } catch (thrown) {
    error = thrown
  }
  return { outcome: await begun.over, text, fileName: begun.fileName, error }
}

t.test('bytes come from whatever a handler has, in order and whole', async (t) => {
  const { begin } = await open(t)
  const lines = await read(await begin('lines', { n: 2000 }))
  t.equal(lines.text.split('\n').length, 2001)
  t.match(lines.text, /^\{"n":0\}\n\{"n":1\}\n/)
  t.match(lines.outcome, { kind: 'ok', bytesOut: lines.text.length + 4 })
  t.match(await read(await begin('named')), { text: 'abc', fileName: '报表 2026.csv' })
  t.match(await read(await begin('path')), { text: 'x', fileName: undefined })
  t.match(await read(await begin('web')), { text: 'of the web', outcome: { kind: 'ok' } })
  t.match(await read(await begin('response')), { text: 'whole' })
  t.match(await read(await begin('empty')), { text: '', error: undefined, outcome: { kind: 'ok' } })
  t.equal((await read(await begin('reused'))).text, 'aaaabbbbcccc')
})

t.test('a handler that sends goes on asking the host', async (t) => {
  const { begin } = await open(t)
  const { text, outcome } = await read(await begin('asks'))
  t.match(text, /"input":0.*"input":1.*"input":2/)
  t.equal(outcome.hostCalls, 3)
})

t.test('a client that does not read stops the plugin from producing', async (t) => {
  const { begin, seen } = await open(t)
  const { stream, over } = await begin('flood', {}, { maxBytes: 1 << 30 })
  const bound = CREDIT_BYTES + 3 * PIECE_BYTES
  await until(async () => (await seen()).produced >= CREDIT_BYTES)
  let stalled = await seen()
  // Until not one more is made in as long as fifty calls take.
  await until(async () => {
    const { produced } = stalled
    for (let n = 0; n < 50; n++) stalled = await seen()
    return stalled.produced === produced
  })
  t.ok(stalled.produced <= bound, `${stalled.produced} bytes were made`)
  let taken = 0
  for await (const piece of stream ?? []) {
    taken += piece.length
    if (taken > 40 * (1 << 20)) break
  }
  const after = await seen()
  t.ok(after.produced <= taken + bound, `${after.produced - taken} bytes ahead of the client`)
  t.ok(after.rss - stalled.rss < 64 * (1 << 20), `${after.rss - stalled.rss} bytes more`)
  t.match(await over, { kind: 'failed', error: { code: 'CORE_CALLER_LEFT' }, blame: 'host' })
})

t.test('tiny pieces cost what they take to hold', async (t) => {
  const { begin, seen } = await open(t)
  const { stream } = await begin('flood', { size: 1 })
  await until(async () => (await seen()).produced >= CREDIT_BYTES / 256)
  for (let n = 0; n < 20; n++) await seen()
  const { produced } = await seen()
  t.ok(produced <= (CREDIT_BYTES + PIECE_BYTES * 256) / 256 + 2, `${produced} pieces`)
  stream?.destroy()
})

t.test('when the client leaves, the source is ended and the signal aborted', async (t) => {
  const { begin, seen } = await open(t)
  const { stream, over } = await begin('flood')
  stream?.destroy()
  t.match(await over, { error: { code: 'CORE_CALLER_LEFT' } })
  await until(async () => (await seen()).ended === 1)
  await until(async () => (await seen()).aborted === 1)
})

t.test('an answer is cut at its cap, and its reader is told', async (t) => {
  const { begin, seen } = await open(t)
  const cut = await read(await begin('flood', { size: 1000 }, { maxBytes: 10_000 }))
  t.match(cut, { error: { code: 'CORE_BYTES_TOO_MANY' }, outcome: { blame: 'plugin' } })
  t.ok(cut.text.length <= 10_000)
  t.equal(cut.outcome.bytesOut, 10_000)
  await until(async () => (await seen()).ended === 1)
})

t.test('the deadline is to the first byte, and the whole has one of its own', async (t) => {
  const { begin, seen } = await open(t)
  // The process is there: its start is not what is measured.
  await seen()
  t.match(await read(await begin('silent', {}, { deadlineMs: 2000 })), {
    outcome: { error: { code: 'SBX_DEADLINE_EXCEEDED' }, blame: 'plugin' },
  })
  const stalls = await read(await begin('stalls', {}, { deadlineMs: 10_000, maxMs: 300 }))
  t.match(stalls, { error: { code: 'CORE_BYTES_TOO_LONG' }, outcome: { blame: 'plugin' } })
  const slowClient = await begin('flood', {}, { maxMs: 400 })
  t.match(await slowClient.over, { error: { code: 'CORE_BYTES_TOO_LONG' }, blame: 'host' })
})

t.test('what is no bytes is told, before the first and after it', async (t) => {
  const { begin } = await open(t)
  for (const operation of ['json', 'stray']) {
    const { outcome } = await read(await begin(operation))
    t.match(outcome, { error: { code: 'CORE_BYTES_EXPECTED' }, blame: 'plugin' }, operation)
  }
  const early = await begin('early')
  t.equal(early.stream, undefined)
  t.match(await early.over, { error: { code: 'SBX_PLUGIN_THREW' } })
  t.match(await read(await begin('throws')), {
    error: { code: 'SBX_PLUGIN_THREW' },
    outcome: { blame: 'plugin' },
  })
})

t.test('a process that ends in the middle cuts the answer, and it is not run again', async (t) => {
  const { begin, call } = await open(t)
  const { promise: wasRead, resolve: toldRead } = Promise.withResolvers<void>()
  const hostCall = () => wasRead.then(() => '1')
  t.match(await read(await begin('exit', {}, { hostCall }), toldRead), {
    text: 'some',
    error: { code: 'SBX_LANE_LOST' },
    outcome: { blame: 'plugin' },
  })
  t.match(await call('seen', {}, {}), { kind: 'ok' })
})

t.test('bytes of nobody’s asking, or beyond the credit, cost the process', async (t) => {
  const { begin, call } = await open(t)
  t.match(await (await begin('tooMuch', { id: 1 })).over, {
    error: { code: 'SBX_LANE_LOST' },
    blame: 'plugin',
  })
  t.match(await call('unasked', { id: 2 }, {}), { error: { code: 'SBX_LANE_LOST' } })
  const noBegin = await begin('noBegin', { id: 3 })
  t.match(await noBegin.over, { error: { code: 'SBX_LANE_LOST' } })
})

t.test('a tenant has so many at once, and their end makes room', async (t) => {
  const { begin } = await open(t)
  const running = await Promise.all(Array.from({ length: 8 }, () => begin('flood')))
  t.match(await (await begin('once')).over, {
    error: { code: 'CORE_BYTES_AT_ONCE', retryAfterS: 1 },
    blame: 'host',
  })
  running[0]?.stream?.destroy()
  await running[0]?.over
  t.match(await read(await begin('once')), { text: 'xxxxxxxxxx' })
})
