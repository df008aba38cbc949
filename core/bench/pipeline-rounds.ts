import { median } from '../../sandbox/bench/figures.ts'
import { load } from '../../sandbox/bench/load.ts'
import { ChildServer } from './child-server.ts'
import { round1 } from './quantile.ts'

const CONNECTIONS = 32

/** 200 bytes of JSON. */
const body = JSON.stringify({ text: 'x'.repeat(189) })

interface Round {
  readonly requestsPerS: number
  /** Of the server alone, for one request: what else ran on the machine is not in it. */
  readonly cpuUs: number
  readonly failed: number
}

/**
 * What the pipeline adds to a call: the same no-op behind it, behind Fastify alone and behind a gateway from npm, in
 * rounds that alternate. Time by request is that of a server that is always busy, and that no client has to be woken by.
 */
export async function measurePipeline(rounds: number, seconds: number) {
  const baseline = await ChildServer.start<{ url: string }>('baseline-process.ts')
  const host = await ChildServer.start<{ url: string; internalKey: string }>('host-process.ts')
  const npm = await ChildServer.start<{ url: string; ownUrl: string; key: string }>(
    'npm-gateway-process.ts',
    [baseline.facts.url],
  )
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  const targets = {
    fastify: { server: baseline, url: `${baseline.facts.url}/run`, headers: {} },
    gateway: {
      server: host,
      url: `${host.facts.url}/api/host.noop/v1/run`,
      headers: bearer(host.facts.internalKey),
    },
    npm: { server: npm, url: `${npm.facts.url}/run`, headers: bearer(npm.facts.key) },
    npmOwn: { server: npm, url: `${npm.facts.ownUrl}/run`, headers: bearer(npm.facts.key) },
  }
  type Name = keyof typeof targets
  const names = Object.keys(targets) as Name[]
  const seen: Record<Name, Round[]> = { fastify: [], gateway: [], npm: [], npmOwn: [] }
  const measure = async (name: Name, forSeconds: number): Promise<Round> => {
    const { server, url, headers } = targets[name]
    const before = await server.cpuUs()
    const settings = {
      url,
      headers,
      body,
      connections: CONNECTIONS,
      seconds: forSeconds,
      staysAwake: true,
    }
    const { requestsPerS, requests, non2xx, errors } = await load(settings)
    const cpuUs = round1(((await server.cpuUs()) - before) / Math.max(1, requests))
    return { requestsPerS, cpuUs, failed: non2xx + errors }
  }
  try {
    for (const name of names) await measure(name, 3)
    for (let round = 0; round < rounds; round++) {
      for (const name of names) seen[name].push(await measure(name, seconds))
      process.stderr.write(`pipeline ${round + 1} of ${rounds}\n`)
    }
  } finally {
    await Promise.all([npm.stop(), host.stop(), baseline.stop()])
  }
  return figuresOf(seen)
}

function figuresOf(seen: Readonly<Record<'fastify' | 'gateway' | 'npm' | 'npmOwn', Round[]>>) {
  const added = (name: 'gateway' | 'npm' | 'npmOwn') =>
    seen[name].map(({ requestsPerS }, round) => {
      return 1e6 / requestsPerS - 1e6 / (seen.fastify[round] as Round).requestsPerS
    })
  const rate = (name: keyof typeof seen) => median(seen[name].map((round) => round.requestsPerS))
  const cpu = (name: keyof typeof seen) => median(seen[name].map(({ cpuUs }) => cpuUs))
  return {
    pipeline_us: round1(median(added('gateway'))),
    pipeline_us_best: round1(Math.min(...added('gateway'))),
    pipeline_cpu_us: round1(cpu('gateway') - cpu('fastify')),
    pipeline_vs_fastify: Math.round((1000 * rate('gateway')) / rate('fastify')) / 1000,
    npm_gateway_us: round1(median(added('npm'))),
    npm_gateway_us_best: round1(Math.min(...added('npm'))),
    npm_key_and_limit_us: round1(median(added('npmOwn'))),
    npm_gateway_vs_fastify: Math.round((1000 * rate('npm')) / rate('fastify')) / 1000,
    fastify_us: round1(1e6 / rate('fastify')),
    fastify_cpu_us: cpu('fastify'),
    pipeline_failed: seen.gateway.reduce((sum, { failed }) => sum + failed, 0),
    pipeline_rounds: seen,
  }
}
