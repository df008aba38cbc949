import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GuestCall } from '@signalbox/sandbox'
import { Pool } from 'undici'
import { rounds } from '../../sandbox/bench/effort.ts'
import { best, median, rounded } from '../../sandbox/bench/figures.ts'
import { usPerCall } from '../../sandbox/bench/must-answer.ts'
import { TrustedTier } from '../src/trusted/trusted-tier.ts'

const ROUNDS = 10
const CALLS = 2000
const IN_FLIGHT = 64
const inputJson = JSON.stringify({ order: 'A-1', lines: [1, 2, 3] })
const plugin = `export default { services: { s: { noop: () => ({ ok: true }) } } }`

type Ask = () => Promise<unknown>
interface Side {
  readonly ask: Ask
  readonly close: () => Promise<unknown>
}

/**
 * The same no-op in a process of its own, asked through the trusted tier (admission, fair line, deadline, frames,
 * a `ctx`) and through a plain Fastify on a unix socket, asked by undici, without any of that. Rounds alternate.
 */
export async function trustedWire(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-wire-'))
  const [pair, socket] = await Promise.all([throughTier(folder), throughFastify(folder)])
  const us = { pair1: [], pair64: [], unix1: [], unix64: [] } as Record<string, number[]>
  try {
    for (const { ask } of [pair, socket]) await usPerCall(rounds(3 * CALLS, 200), IN_FLIGHT, ask)
    const calls = rounds(CALLS, 100)
    for (let round = 0; round < rounds(ROUNDS, 2); round++) {
      us.pair1?.push(await usPerCall(calls, 1, pair.ask))
      us.unix1?.push(await usPerCall(calls, 1, socket.ask))
      us.pair64?.push(await usPerCall(calls, IN_FLIGHT, pair.ask))
      us.unix64?.push(await usPerCall(calls, IN_FLIGHT, socket.ask))
    }
  } finally {
    await Promise.all([pair.close(), socket.close()])
    await rm(folder, { recursive: true })
  }
  const { pair1 = [], pair64 = [], unix1 = [], unix64 = [] } = us
  return {
    trusted_call_us: rounded(best(pair1)),
    trusted_call_us_median: rounded(median(pair1)),
    trusted_call_us_64: rounded(best(pair64)),
    trusted_call_us_64_median: rounded(median(pair64)),
    fastify_unix_us: rounded(best(unix1)),
    fastify_unix_us_median: rounded(median(unix1)),
    fastify_unix_us_64: rounded(best(unix64)),
    fastify_unix_us_64_median: rounded(median(unix64)),
  }
}

async function throughTier(folder: string): Promise<Side> {
  const entry = join(folder, 'plugin.mjs')
  await writeFile(entry, plugin)
  const tier = new TrustedTier({
    prepare: async () => ({ folder, entry, heapMb: 64, maxOutputLength: 64 * 1024 }),
    isSafe: () => true,
    inFlight: { drained: async () => undefined },
    removeFolder: async () => undefined,
    onEvent: () => undefined,
    random: () => 0,
    log: { warn: () => undefined },
    startMs: 20_000,
    silentMs: 5000,
  })
  const call: GuestCall = {
    isolate: {
      plugin: '@bench/wire',
      version: '1.0.0',
      publisher: '@bench',
      tenant: 'acme',
      bundleSha256: '00',
      configJson: '{}',
      limits: { heapMb: 64, turnMs: 200, deadlineMs: 15_000, payloadKb: 64 },
      features: [],
      state: 'kept',
      tier: 'trusted',
    },
    loadBundle: () => Promise.reject(new Error('a trusted process reads its own')),
    entry: { kind: 'service', service: 's', operation: 'noop' },
    inputJson,
    context: { principal: { kind: 'app', id: 'a' }, arm: 'stable', traceId: 'f'.repeat(32) },
    deadlineMs: 15_000,
    hostCall: async () => 'null',
    hasEffect: () => false,
    onLog: () => undefined,
  }
  const ask = async () => {
    const outcome = await tier.call(call)
    if (outcome.kind !== 'ok') throw new Error(`a call ended as ${outcome.kind}`)
    return outcome.outputJson
  }
  return { ask, close: () => tier.stop() }
}

async function throughFastify(folder: string): Promise<Side> {
  const socketPath = join(folder, 'socket')
  const child: ChildProcess = fork(join(import.meta.dirname, 'fastify-socket-process.ts'), [
    socketPath,
  ])
  await once(child, 'message')
  // As many as are asked at once: with fewer they would wait for each other.
  const pool = new Pool('http://plugin', { socketPath, connections: IN_FLIGHT })
  const headers = { 'content-type': 'application/json' }
  const ask = async () => {
    const { body, statusCode } = await pool.request({
      method: 'POST',
      path: '/noop',
      headers,
      body: inputJson,
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`a call was answered ${statusCode}`)
    return text
  }
  const close = async () => {
    await pool.close()
    child.disconnect()
    await once(child, 'exit')
  }
  return { ask, close }
}
