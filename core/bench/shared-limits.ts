import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type HostNodes, type Node, startNodes } from './host-nodes.ts'
import { noopPath, releaseNoops } from './noop-releases.ts'
import { quantile, round1 } from './quantile.ts'

const NODES = 4
const CALLS = 500
const BURST = 100
const PATIENCE_MS = 30_000
const plans = '/v1/catalog/services/bench.noop/versions/1/plans'

/** Four hosts of one PostgreSQL: what passes a burst that they share, and how long a revoked key still opens one of them. */
export async function measureShared(bursts: number, revocations: number) {
  const fleet = await startNodes(NODES)
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  try {
    await releaseNoops(fleet, ['1.0.0'])
    await allKnown(fleet)
    const admitted: number[] = []
    let byShare = 0
    for (let round = 0; round < bursts; round++) {
      const seen = await burst(fleet, agent, round)
      admitted.push(seen.admitted)
      byShare += seen.byShare
      process.stderr.write(`burst ${round + 1} of ${bursts}: ${seen.admitted}\n`)
    }
    const revoked: number[] = []
    const subscription = await subscribed(fleet, { ratePerS: 1_000_000, burst: 1_000_000 }, 'free')
    for (let round = 0; round < revocations; round++) {
      const ms = await revocation(fleet, agent, subscription, round)
      revoked.push(ms)
      process.stderr.write(`revocation ${round + 1} of ${revocations}: ${round1(ms)} ms\n`)
    }
    return {
      // The round that is furthest from what the plan says.
      burst_admitted_of_500: admitted.toSorted(
        (a, b) => Math.abs(b - BURST) - Math.abs(a - BURST),
      )[0],
      burst_admitted: admitted,
      burst_by_share: byShare,
      revocation_ms_p95: round1(quantile(revoked, 0.95)),
      revocation_ms_p50: round1(quantile(revoked, 0.5)),
      revocation_ms_best: round1(Math.min(...revoked)),
      revocations,
      nodes: NODES,
    }
  } finally {
    agent.destroy()
    await fleet.stop()
  }
}

async function subscribed({ nodes }: HostNodes, plan: object, name: string): Promise<string> {
  const { client } = nodes[0] as Node
  await client.request('PUT', `${plans}/${name}`, plan)
  await client.request('POST', '/v1/apps', { tenant: 'bench', id: name, name })
  const wish = { tenant: 'bench', app: name, service: 'bench.noop', major: 1, plan: name }
  return (await client.request<{ id: string }>('POST', '/v1/subscriptions', wish)).id
}

const issue = ({ client }: Node, subscription: string) =>
  client.request<{ id: string; key: string }>(
    'POST',
    `/v1/subscriptions/${subscription}/credentials`,
  )

/** All at once over all nodes, of a subscription that nobody has called before. */
async function burst(fleet: HostNodes, agent: Agent, round: number) {
  const subscription = await subscribed(fleet, { ratePerS: 0.0001, burst: BURST }, `b${round}`)
  const { key } = await issue(fleet.nodes[0] as Node, subscription)
  // An operation that is not there is refused before the burst, but after the key: see admit-call.ts.
  for (const node of fleet.nodes) await until(async () => (await scopeOf(node, agent, key)) !== 401)
  const calls = Array.from({ length: CALLS }, (_, n) => {
    return call(fleet.nodes[n % NODES] as Node, agent, key)
  })
  const answers = await Promise.all(calls)
  const other = answers.find(({ status }) => status !== 200 && status !== 429)
  if (other !== undefined) throw new Error(`a call of the burst was answered ${other.status}`)
  return {
    admitted: answers.filter(({ status }) => status === 200).length,
    byShare: answers.filter(({ isShare }) => isShare).length,
  }
}

/** From the sending of the command to the answer of the last node that let the key in no more: an upper bound. */
async function revocation(
  fleet: HostNodes,
  agent: Agent,
  subscription: string,
  round: number,
): Promise<number> {
  const teller = fleet.nodes[round % NODES] as Node
  const { id, key } = await issue(teller, subscription)
  for (const node of fleet.nodes) {
    await until(async () => (await call(node, agent, key)).status === 200)
  }
  const sentAt = performance.now()
  const told = teller.client.request(
    'DELETE',
    `/v1/subscriptions/${subscription}/credentials/${id}`,
  )
  const closed = fleet.nodes.map(async (node) => {
    // An address whose keys were refused too often is told 429 instead: the key opens nothing there either.
    await until(async () => [401, 429].includes((await call(node, agent, key)).status), 5)
    return performance.now() - sentAt
  })
  const times = await Promise.all(closed)
  await told
  return Math.max(...times)
}

/** A service that is not its own: refused once the key is known, and before the burst. */
async function scopeOf(node: Node, agent: Agent, key: string): Promise<number> {
  return (await call(node, agent, key, '/api/bench.other/v1/run')).status
}

function call(node: Node, agent: Agent, key: string, path = noopPath) {
  return new Promise<{ readonly status: number; readonly isShare: boolean }>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    const sent = request(`${node.url}${path}`, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      const isShare = response.headers['signalbox-limits'] !== undefined
      response.once('end', () => resolve({ status: response.statusCode ?? 0, isShare }))
      response.once('error', reject)
    })
    sent.once('error', reject)
    sent.end('{"text":"x"}')
  })
}

/** Nodes share limits with those they know of. */
async function allKnown({ nodes, token }: HostNodes): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  for (const { url } of nodes) {
    await until(async () => {
      const text = await (await fetch(`${url}/metrics`, { headers })).text()
      return Number(/^signalbox_limit_nodes (\d+)$/m.exec(text)?.[1]) === NODES
    })
  }
}

async function until(isSo: () => Promise<boolean>, everyMs = 20): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(everyMs)) {
    if (await isSo()) return
    if (performance.now() > deadline) throw new Error('not in time')
  }
}
