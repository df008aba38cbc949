import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packPlugin } from '@signalbox/sdk/pack'
import { npmPublish } from '../src/cli/npm-publish.ts'
import { type LoadedCall, SteadyLoad } from './steady-load.ts'
import { type Node, startTwoNodes, type TwoNodes } from './two-nodes.ts'

const ROUNDS = 24
const CALLS_PER_S = 200
/** Three polls of the routing table: a node that missed the hint is seen as well. */
const WATCH_MS = 1500
const PATIENCE_MS = 20_000

const plugin = '@bench/noop'
const source = join(import.meta.dirname, 'noop-plugin')
const stable = '1.0.0'
const canary = '1.1.0'

export interface Round {
  readonly command: 'abort' | 'rollback'
  /** From the command's acknowledgement until both nodes were seen to answer by stable only. */
  readonly ms: number
  /** What the command itself took, until its acknowledgement. */
  readonly commandMs: number
  /** Calls sent after the acknowledgement that the taken-back version still answered. */
  readonly lateCalls: number
}

export interface RollbackFigures {
  readonly rollback_ms_p95: number
  readonly rollback_ms_max: number
  readonly failed_calls: number
  readonly calls: number
  readonly calls_per_s: number
  readonly call_ms_p99: number
  readonly by_status_and_version: Readonly<Record<string, number>>
  readonly rounds: readonly Round[]
}

/** Healthy versions are started at 50 % and taken back under load on two nodes, again and again. */
export async function measureRollbacks(): Promise<RollbackFigures> {
  const pair = await startTwoNodes()
  try {
    const key = await prepare(pair)
    const urls = pair.nodes.map(({ url }) => `${url}/api/bench.noop/v1/run`)
    const load = new SteadyLoad({ urls, key, body: '{"text":"x"}', callsPerS: CALLS_PER_S })
    const started = performance.now()
    try {
      await answeredBy(load, [stable], started)
      const rounds: Round[] = []
      for (let round = 0; round < ROUNDS; round++) {
        // The node that is told changes, and so does which command meets which node.
        const told = pair.nodes[Math.floor(round / 2) % 2] as Node
        rounds.push(await takeBack(load, told, round % 2 === 0 ? 'abort' : 'rollback'))
      }
      const seconds = (performance.now() - started) / 1000
      await load.stop()
      return figuresOf(load.calls, rounds, seconds)
    } finally {
      await load.stop()
    }
  } finally {
    await pair.stop()
  }
}

async function prepare({ nodes, token, folder }: TwoNodes): Promise<string> {
  const [{ url, client }, other] = nodes
  await packPlugin(source)
  for (const version of [stable, canary]) {
    const copy = join(folder, version)
    await cp(source, copy, { recursive: true })
    const packageJson = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'))
    await writeFile(
      join(copy, 'package.json'),
      JSON.stringify({ ...packageJson, version, scripts: {} }),
    )
    await npmPublish(copy, `${url}/npm/`, token)
    await client.request('POST', '/v1/plugins', { name: plugin, version })
  }
  await client.request('POST', '/v1/tenants', { id: 'bench', name: 'Bench' })
  await client.request('POST', '/v1/apps', { tenant: 'bench', id: 'bench', name: 'Bench' })
  await client.request('PUT', '/v1/tenants/bench/plugins/@bench%2Fnoop', { binding: 'enabled' })
  const plan = { ratePerS: 1_000_000, burst: 1_000_000 }
  await client.request('PUT', '/v1/catalog/services/bench.noop/versions/1/plans/bench', plan)
  const wish = { tenant: 'bench', app: 'bench', service: 'bench.noop', major: 1, plan: 'bench' }
  const { id } = await client.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const path = `/v1/subscriptions/${id}/credentials`
  const { key } = await client.request<{ key: string }>('POST', path)
  await firstAnswer(other.url, key)
  return key
}

/** The key was made on the other node: calls count from when both know it. */
async function firstAnswer(url: string, key: string): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(50)) {
    const { status } = await fetch(`${url}/api/bench.noop/v1/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: '{"text":"x"}',
    })
    if (status === 200) return
    if (performance.now() > deadline) throw new Error(`the second node answers ${status}`)
  }
}

async function takeBack(
  load: SteadyLoad,
  { client }: Node,
  command: Round['command'],
): Promise<Round> {
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', {
    plugin,
    version: canary,
    steps: [
      { weightBp: 5000, hold: { durationMs: 600_000 } },
      { weightBp: 10_000, hold: {} },
    ],
  })
  const startedAt = performance.now()
  await client.request('POST', `/v1/rollouts/${id}/start`, {})
  await answeredBy(load, [stable, canary], startedAt)
  if (command === 'rollback') {
    await client.request('POST', `/v1/rollouts/${id}/promote`, {})
    await answeredBy(load, [canary], performance.now())
  }
  const givenAt = performance.now()
  const way =
    command === 'abort' ? `/v1/rollouts/${id}/abort` : '/v1/plugins/@bench%2Fnoop:rollback'
  await client.request('POST', way, {})
  const acknowledgedAt = performance.now()
  await delay(WATCH_MS)
  await load.answered()
  const after = load.calls.filter(({ sentAt }) => sentAt >= acknowledgedAt)
  return {
    command,
    ms: round1(Math.max(...[0, 1].map((node) => switchedAfter(after, node, acknowledgedAt)))),
    commandMs: round1(acknowledgedAt - givenAt),
    lateCalls: after.filter(({ version }) => version === canary).length,
  }
}

/**
 * The first call of this node that stable answered and after which no other version did: an upper bound, as
 * the node may have switched at any moment since the call before it.
 */
function switchedAfter(calls: readonly LoadedCall[], node: number, since: number): number {
  const own = calls.filter((call) => call.node === node).sort((a, b) => a.sentAt - b.sentAt)
  const last = own.findLastIndex(({ version }) => version === canary)
  return (own[last + 1]?.sentAt ?? Number.POSITIVE_INFINITY) - since
}

/** Until each node has lately answered by each of these versions: one version means by no other. */
async function answeredBy(
  load: SteadyLoad,
  versions: readonly string[],
  since: number,
): Promise<void> {
  const wanted = versions.length
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(20)) {
    const recent = load.calls.slice(-20).filter(({ sentAt }) => sentAt >= since)
    const seen = [0, 1].map((node) => {
      const answers = recent.filter((call) => call.node === node).map(({ version }) => version)
      return answers.length >= 3 ? new Set(answers) : new Set()
    })
    if (seen.every((set) => set.size === wanted && versions.every((each) => set.has(each)))) return
    if (performance.now() > deadline) throw new Error(`not all nodes answer by ${versions}`)
  }
}

function figuresOf(
  calls: readonly LoadedCall[],
  rounds: readonly Round[],
  seconds: number,
): RollbackFigures {
  const times = rounds.map(({ ms }) => ms)
  const counts: Record<string, number> = {}
  for (const { status, version } of calls) {
    const key = `${status} ${version ?? 'none'}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return {
    rollback_ms_p95: quantile(times, 0.95),
    rollback_ms_max: Math.max(...times),
    failed_calls: calls.filter(({ status }) => status !== 200).length,
    calls: calls.length,
    calls_per_s: Math.round(calls.length / seconds),
    call_ms_p99: round1(
      quantile(
        calls.map(({ tookMs }) => tookMs),
        0.99,
      ),
    ),
    by_status_and_version: counts,
    rounds,
  }
}

/** Nearest rank: a value that was seen, never one between two. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
