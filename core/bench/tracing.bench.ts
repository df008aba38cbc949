import { median } from '../../sandbox/bench/figures.ts'
import { load } from '../../sandbox/bench/load.ts'
import { ChildServer } from './child-server.ts'
import { round1 } from './quantile.ts'

const ROUNDS = 5
const SECONDS = 4
/** A call is four spans: as many calls as a receiver is sent all spans of. */
const CONNECTIONS = 1
const SPANS = 4

/** 200 bytes of JSON. */
const body = JSON.stringify({ text: 'x'.repeat(189) })

interface Facts {
  readonly url: string
  readonly sandboxKey: string
}

const samples = { off: undefined, one_percent: '0.01', all: '1' } as const
type Name = keyof typeof samples
const names = Object.keys(samples) as Name[]

/** What a recorded trace costs the host's process, for each call of a no-op in a lane; rounds alternate. */
export async function run(): Promise<Record<string, unknown>> {
  const sink = await ChildServer.start<{ url: string }>('otlp-sink-process.ts')
  const hosts = new Map<Name, ChildServer<Facts>>()
  for (const name of names) {
    const sample = samples[name]
    const environment: Record<string, string> =
      sample === undefined
        ? {}
        : { OTEL_EXPORTER_OTLP_ENDPOINT: sink.facts.url, SIGNALBOX_TRACE_SAMPLE: sample }
    hosts.set(name, await ChildServer.start<Facts>('host-process.ts', [], environment))
  }
  const cpu: Record<Name, number[]> = { off: [], one_percent: [], all: [] }
  const rps: Record<Name, number[]> = { off: [], one_percent: [], all: [] }
  try {
    for (const name of names) await measure(hostOf(hosts, name), 2)
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) {
        const seen = await measure(hostOf(hosts, name), SECONDS)
        cpu[name].push(seen.cpuUs)
        rps[name].push(seen.requestsPerS)
      }
    }
    const { exported, dropped } = await spansOf(hostOf(hosts, 'all').facts.url)
    const added = (name: Name) => round1(median(cpu[name]) - median(cpu.off))
    return {
      call_cpu_us: Object.fromEntries(names.map((name) => [name, median(cpu[name])])),
      calls_per_s: Object.fromEntries(names.map((name) => [name, median(rps[name])])),
      added_us_one_percent: added('one_percent'),
      added_us_all: added('all'),
      span_us: round1(added('all') / SPANS),
      spans: { exported, dropped },
      rounds: cpu,
    }
  } finally {
    for (const host of hosts.values()) await host.stop()
    await sink.stop()
  }
}

function hostOf(hosts: ReadonlyMap<Name, ChildServer<Facts>>, name: Name): ChildServer<Facts> {
  const host = hosts.get(name)
  if (host === undefined) throw new Error(`${name} was not started`)
  return host
}

async function measure(host: ChildServer<Facts>, seconds: number) {
  const { url, sandboxKey } = host.facts
  const headers = { authorization: `Bearer ${sandboxKey}` }
  const before = await host.cpuUs()
  const target = { url: `${url}/api/bench.noop/v1/run`, headers, body }
  const { requestsPerS, requests } = await load({ ...target, connections: CONNECTIONS, seconds })
  const cpuUs = round1(((await host.cpuUs()) - before) / Math.max(1, requests))
  return { cpuUs, requestsPerS }
}

async function spansOf(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text()
  const of = (outcome: string) =>
    Number(new RegExp(`spans_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1])
  return { exported: of('exported'), dropped: of('dropped') }
}
