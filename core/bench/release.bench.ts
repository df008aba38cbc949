import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { createKnex } from '../src/storage/create-knex.ts'
import { type HostNodes, type Node, startNodes } from './host-nodes.ts'
import { dead, noop, noopPath, releaseNoops } from './noop-releases.ts'
import { quantile, round1 } from './quantile.ts'
import { answeredBy, SteadyLoad, switchedAfter } from './steady-load.ts'

const NODES = 3
const CALLS_PER_S = 200
/** p95 by nearest rank is then the second worst. */
const ROUNDS = 20
/** Three polls of the routing table: a node that missed the hint is seen as well. */
const WATCH_MS = 1500
const PATIENCE_MS = 60_000

const stable = '1.0.0'
const healthy = '1.1.0'
const hour = { durationMs: 3_600_000 }
const full = { weightBp: 10_000, hold: hour }

interface DeadRound {
  /** From the start to the judge's abort, by the database's clock. */
  readonly decisionS: number
  /** From the beginning of the abort's transaction until the last node said that it routes by it. */
  readonly allNodesMs: number
  /** Of it, from the first node that said so: the commit lies between the two. */
  readonly spreadMs: number
  readonly canaryCalls: number
}

interface RollbackRound {
  /** From the command's sending to the first call of the slowest node after which the new version answered none. */
  readonly ms: number
  /** Until the last node said so, from the beginning of the transaction. */
  readonly acknowledgedMs: number
}

/** A dead version is started at 5 % on three nodes under load, and a completed one rolled back, again and again. */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  const fleet = await startNodes(NODES)
  const knex = createKnex(fleet.databaseUrl, { pool: 2 })
  try {
    const key = await releaseNoops(fleet, [stable, healthy, dead])
    const urls = fleet.nodes.map(({ url }) => `${url}${noopPath}`)
    const load = new SteadyLoad({ urls, key, body: '{"text":"order"}', callsPerS: CALLS_PER_S })
    try {
      return await measure(fleet, knex, load)
    } finally {
      await load.stop()
    }
  } finally {
    await knex.destroy()
    await fleet.stop()
  }
}

async function measure({ nodes }: HostNodes, knex: Knex, load: SteadyLoad) {
  const startedAt = performance.now()
  await answeredBy(load, [stable], startedAt)
  const deads: DeadRound[] = []
  for (let round = 0; round < ROUNDS; round++) {
    deads.push(await startDead(nodes[round % NODES] as Node, knex))
    say(`dead ${round + 1} of ${ROUNDS}`, deads.at(-1))
  }
  await load.answered()
  const before = load.calls.length
  const rollbacks: RollbackRound[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rollbacks.push(await rollBack(nodes[round % NODES] as Node, knex, load))
    say(`rollback ${round + 1} of ${ROUNDS}`, rollbacks.at(-1))
  }
  await load.answered()
  const seconds = (performance.now() - startedAt) / 1000
  return figuresOf(load, { before, seconds, deads, rollbacks })
}

async function startDead({ client }: Node, knex: Knex): Promise<DeadRound> {
  const steps = [{ weightBp: 500, hold: hour }, full]
  const wish = { plugin: noop, version: dead, steps }
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await client.request('POST', `/v1/rollouts/${id}/start`, {})
  const abort = await movedBy(knex, id, 'abort')
  const start = await movedBy(knex, id, 'start')
  const acknowledged = await acknowledgedAt(knex, abort.generation)
  const { calls } = await client.request<{ calls: { canary: number } }>('GET', `/v1/rollouts/${id}`)
  return {
    decisionS: round3((abort.at - start.at) / 1000),
    allNodesMs: round1(acknowledged.last - abort.at),
    spreadMs: round1(acknowledged.last - acknowledged.first),
    canaryCalls: calls.canary,
  }
}

async function rollBack({ client }: Node, knex: Knex, load: SteadyLoad): Promise<RollbackRound> {
  const steps = [{ weightBp: 5000, hold: hour }, full]
  const wish = { plugin: noop, version: healthy, steps }
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await client.request('POST', `/v1/rollouts/${id}/start`, {})
  await client.request('POST', `/v1/rollouts/${id}/promote`, {})
  await answeredBy(load, [healthy], performance.now())
  const givenAt = performance.now()
  await client.request('POST', '/v1/plugins/@bench%2Fnoop:rollback', {})
  const { at, generation } = await movedBy(knex, id, 'rollback')
  const acknowledged = await acknowledgedAt(knex, generation)
  await delay(WATCH_MS)
  await load.answered()
  const after = load.calls.filter(({ sentAt }) => sentAt >= givenAt)
  return {
    ms: round1(switchedAfter(after, healthy) - givenAt),
    acknowledgedMs: round1(acknowledged.last - at),
  }
}

interface Move {
  /** The beginning of its transaction by the database's clock, in milliseconds: its commit is later. */
  readonly at: number
  readonly generation: number
}

async function movedBy(knex: Knex, rollout: string, command: string): Promise<Move> {
  const at = knex.raw('extract(epoch from at) * 1000 as at')
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(20)) {
    const row = await knex('rollout_transitions')
      .where({ rollout, command })
      .first('generation', at)
    if (row !== undefined) return { at: Number(row.at), generation: Number(row.generation) }
    if (performance.now() > deadline) throw new Error(`no ${command} in time`)
  }
}

/** When the first and the last node said that they route by a generation, by the database's clock, in milliseconds. */
async function acknowledgedAt(knex: Knex, generation: number) {
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(20)) {
    const row = await knex('nodes')
      .where('generation', '>=', generation)
      .first(
        knex.raw('count(*) as nodes'),
        knex.raw('extract(epoch from min(acknowledged_at)) * 1000 as first'),
        knex.raw('extract(epoch from max(acknowledged_at)) * 1000 as last'),
      )
    if (Number(row.nodes) === NODES) return { first: Number(row.first), last: Number(row.last) }
    if (performance.now() > deadline) throw new Error('not all nodes route by it in time')
  }
}

function figuresOf(
  load: SteadyLoad,
  seen: {
    readonly before: number
    readonly seconds: number
    readonly deads: readonly DeadRound[]
    readonly rollbacks: readonly RollbackRound[]
  },
) {
  const { before, seconds, deads, rollbacks } = seen
  const failed = (calls: SteadyLoad['calls']) => calls.filter(({ status }) => status !== 200).length
  const decisions = deads.map(({ decisionS }) => decisionS)
  const spreads = deads.map(({ allNodesMs }) => allNodesMs)
  const betweenNodes = deads.map(({ spreadMs }) => spreadMs)
  const backs = rollbacks.map(({ ms }) => ms)
  const times = load.calls.map(({ tookMs }) => tookMs)
  return {
    decision_s_p95: quantile(decisions, 0.95),
    decision_s_p50: quantile(decisions, 0.5),
    all_nodes_ms_p95: quantile(spreads, 0.95),
    all_nodes_ms_p50: quantile(spreads, 0.5),
    node_spread_ms_p95: quantile(betweenNodes, 0.95),
    failed_calls: failed(load.calls.slice(0, before)),
    canary_calls_p50: quantile(
      deads.map(({ canaryCalls }) => canaryCalls),
      0.5,
    ),
    rollback_ms_p50: quantile(backs, 0.5),
    rollback_ms_p95: quantile(backs, 0.95),
    rollback_acknowledged_ms_p50: quantile(
      rollbacks.map(({ acknowledgedMs }) => acknowledgedMs),
      0.5,
    ),
    rollback_failed_calls: failed(load.calls.slice(before)),
    failed_by_status: Object.fromEntries(
      Object.entries(Object.groupBy(load.calls, ({ status }) => `${status}`))
        .filter(([status]) => status !== '200')
        .map(([status, calls]) => [status, calls?.length]),
    ),
    calls: load.calls.length,
    calls_per_s: Math.round(load.calls.length / seconds),
    call_ms_p50: round1(quantile(times, 0.5)),
    call_ms_p99: round1(quantile(times, 0.99)),
    nodes: NODES,
    rounds: { dead: deads, rollback: rollbacks },
  }
}

function say(what: string, round: object | undefined): void {
  process.stderr.write(`${what}: ${JSON.stringify(round)}\n`)
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
