import { setTimeout as delay } from 'node:timers/promises'
import { type Node, startNodes } from './host-nodes.ts'
import { noop, noopPath, releaseNoops } from './noop-releases.ts'
import { quantile, round1 } from './quantile.ts'
import { answeredBy, type LoadedCall, SteadyLoad, switchedAfter } from './steady-load.ts'

const ROUNDS = 24
const CALLS_PER_S = 200
/** Three polls of the routing table: a node that missed the hint is seen as well. */
const WATCH_MS = 1500

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
  const pair = await startNodes(2)
  try {
    const key = await releaseNoops(pair, [stable, canary])
    const urls = pair.nodes.map(({ url }) => `${url}${noopPath}`)
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

async function takeBack(
  load: SteadyLoad,
  { client }: Node,
  command: Round['command'],
): Promise<Round> {
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', {
    plugin: noop,
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
    ms: round1(switchedAfter(after, canary) - acknowledgedAt),
    commandMs: round1(acknowledgedAt - givenAt),
    lateCalls: after.filter(({ version }) => version === canary).length,
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
