import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median } from '../../sandbox/bench/figures.ts'
import { type LoadResult, load } from '../../sandbox/bench/load.ts'

/**
 * The price of the host. Load generator, baseline and host are processes of their own; rounds alternate, so
 * that a slow moment of the machine hits all alike; ratios are of medians.
 */
const ROUNDS = 5
const SECONDS = 4
const CONNECTIONS = 32

/** 200 bytes of JSON. */
const body = JSON.stringify({ text: 'x'.repeat(189) })

export async function run(): Promise<Record<string, unknown>> {
  const baseline = await start<{ url: string }>('baseline-process.ts')
  const host = await start<{ url: string; internalKey: string; sandboxKey: string }>(
    'host-process.ts',
  )
  const targets = {
    fastify: { url: `${baseline.facts.url}/run`, headers: {}, staysAwake: true },
    gateway: {
      url: `${host.facts.url}/api/host.noop/v1/run`,
      headers: { authorization: `Bearer ${host.facts.internalKey}` },
      staysAwake: true,
    },
    // A lane works beside its server: it needs the processor that such a client would take.
    fastifyAsleep: { url: `${baseline.facts.url}/run`, headers: {} },
    sandbox: {
      url: `${host.facts.url}/api/bench.noop/v1/run`,
      headers: { authorization: `Bearer ${host.facts.sandboxKey}` },
    },
  }
  const rounds: Record<keyof typeof targets, LoadResult[]> = {
    fastify: [],
    gateway: [],
    fastifyAsleep: [],
    sandbox: [],
  }
  const settings = { body, connections: CONNECTIONS, seconds: SECONDS }
  for (const target of Object.values(targets)) await load({ ...target, ...settings, seconds: 2 })
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(targets) as (keyof typeof targets)[]) {
      rounds[name].push(await load({ ...targets[name], ...settings }))
    }
  }
  await stop(baseline.child)
  await stop(host.child)
  const rate = (name: keyof typeof targets) => median(rounds[name].map((r) => r.requestsPerS))
  return {
    gateway_vs_fastify: round3(rate('gateway') / rate('fastify')),
    sandbox_http_vs_fastify: round3(rate('sandbox') / rate('fastifyAsleep')),
    ready_s: round3(await measureReady()),
    fastify_rps: rate('fastify'),
    gateway_rps: rate('gateway'),
    sandbox_rps: rate('sandbox'),
    settings: {
      rounds: ROUNDS,
      seconds: SECONDS,
      connections: CONNECTIONS,
      bodyBytes: body.length,
    },
    rounds,
  }
}

async function start<Facts>(file: string): Promise<{ child: ChildProcess; facts: Facts }> {
  const child = fork(join(import.meta.dirname, file))
  const facts = await new Promise<Facts>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Facts))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
  })
  return { child, facts }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.disconnect()
  await gone
}

/** From `npm start` to its ready line, in a data folder that has been started once before. */
async function measureReady(): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'signalbox-ready-'))
  try {
    await timeToReady(home)
    const warm = [await timeToReady(home), await timeToReady(home), await timeToReady(home)]
    return median(warm)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function timeToReady(home: string): Promise<number> {
  const started = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, SIGNALBOX_HOME: home, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) break
  }
  const seconds = (performance.now() - started) / 1000
  const gone = new Promise((resolve) => child.once('exit', resolve))
  // The group: npm itself does not always pass a signal on.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  await gone
  return seconds
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
