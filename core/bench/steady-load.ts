import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** One call of the load, by when it was sent: what counts is what the node knew when it admitted the call. */
export interface LoadedCall {
  readonly node: number
  readonly sentAt: number
  readonly tookMs: number
  /** 0: no answer came. */
  readonly status: number
  readonly version: string | undefined
}

interface Settings {
  /** One URL a node; calls go to them in turn. */
  readonly urls: readonly string[]
  readonly key: string
  readonly body: string
  readonly callsPerS: number
}

/** For what has to be seen before a round goes on. */
const PATIENCE_MS = 20_000

/** Longer than any deadline of a call: who has no answer by then has none. */
const TIMEOUT_MS = 15_000

/**
 * An open loop: calls are sent by the clock, whether or not earlier ones were answered, so that a pause of a
 * node is met by as many calls as it would be in life. Connections are kept alive.
 */
export class SteadyLoad {
  readonly calls: LoadedCall[] = []
  readonly #settings: Settings
  readonly #agents: readonly Agent[]
  readonly #open = new Set<Promise<void>>()
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #sent = 0

  constructor(settings: Settings) {
    this.#settings = settings
    this.#agents = settings.urls.map(() => new Agent({ keepAlive: true, maxSockets: 64 }))
    this.#timer = setInterval(() => this.#sendDue(), 1000 / settings.callsPerS)
  }

  get nodes(): number {
    return this.#settings.urls.length
  }

  /** Ends the sending and waits for the answers that are still due. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.answered()
    for (const agent of this.#agents) agent.destroy()
  }

  /** Resolves when all calls sent until now have ended. */
  async answered(): Promise<void> {
    await Promise.all(this.#open)
  }

  /** A timer that fired late sends what it owes at once. */
  #sendDue(): void {
    const due = ((performance.now() - this.#startedAt) / 1000) * this.#settings.callsPerS
    for (; this.#sent < due; this.#sent++) {
      const call = this.#send(this.#sent % this.#settings.urls.length).then((done) => {
        this.calls.push(done)
        this.#open.delete(call)
      })
      this.#open.add(call)
    }
  }

  #send(node: number): Promise<LoadedCall> {
    const { urls, key, body } = this.#settings
    const sentAt = performance.now()
    return new Promise((resolve) => {
      const end = (status: number, version?: string) =>
        resolve({ node, sentAt, tookMs: performance.now() - sentAt, status, version })
      const call = request(
        urls[node] as string,
        {
          method: 'POST',
          agent: this.#agents[node] as Agent,
          timeout: TIMEOUT_MS,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            authorization: `Bearer ${key}`,
          },
        },
        (response) => {
          response.resume()
          const version = response.headers['signalbox-version']
          response.once('end', () => end(response.statusCode ?? 0, String(version)))
          response.once('error', () => end(0))
        },
      )
      call.once('timeout', () => call.destroy(new Error('no answer')))
      call.once('error', () => end(0))
      call.end(body)
    })
  }
}

/** Until each node has lately answered by each of these versions: one version means by no other. */
export async function answeredBy(
  load: SteadyLoad,
  versions: readonly string[],
  since: number,
): Promise<void> {
  const wanted = versions.length
  const nodes = Array.from({ length: load.nodes }, (_, node) => node)
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(20)) {
    const recent = load.calls.slice(-10 * load.nodes).filter(({ sentAt }) => sentAt >= since)
    const seen = nodes.map((node) => {
      const answers = recent.filter((call) => call.node === node).map(({ version }) => version)
      return answers.length >= 3 ? new Set(answers) : new Set()
    })
    if (seen.every((set) => set.size === wanted && versions.every((each) => set.has(each)))) return
    if (performance.now() > deadline) throw new Error(`not all nodes answer by ${versions}`)
  }
}

/**
 * When the slowest node had left a version: its first call after which that version answered none. An upper bound,
 * as the node may have switched at any moment since the call before it.
 */
export function switchedAfter(calls: readonly LoadedCall[], version: string): number {
  const byNode = Map.groupBy(calls, ({ node }) => node)
  const switched = [...byNode.values()].map((own) => {
    const ordered = own.toSorted((a, b) => a.sentAt - b.sentAt)
    const last = ordered.findLastIndex((call) => call.version === version)
    return ordered[last + 1]?.sentAt ?? Number.POSITIVE_INFINITY
  })
  return Math.max(...switched)
}
