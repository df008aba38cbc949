import { setTimeout as delay } from 'node:timers/promises'
import { type GuestCall, Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, rounded } from './figures.ts'
import { orderCall } from './order-plugin.ts'

const CALLS = 100_000
/** Calls are quicker than swaps: this is what makes it long. */
const SWAPS = 60
const SWAP_MS = 100
const IN_FLIGHT = 64
const PATIENCE_MS = 60_000

interface Routed {
  readonly call: GuestCall
  inFlight: number
}

/** Versions replace each other under full load: the new one gets every new call, the old one is dropped when it has drained. */
export async function swaps(): Promise<Record<string, unknown>> {
  const sandbox = await Sandbox.start()
  try {
    progress('swaps of versions under load')
    const traffic = new Traffic(sandbox)
    const started = performance.now()
    const wanted = rounds(SWAPS, 5)
    let swapped = 0
    while (swapped < wanted || traffic.calls < rounds(CALLS)) {
      if (performance.now() - started > PATIENCE_MS) break
      await delay(SWAP_MS)
      await traffic.swap(`1.0.${++swapped}`)
    }
    const seconds = (performance.now() - started) / 1000
    await traffic.stop()
    return {
      swap_failed: traffic.failed,
      swap_calls: traffic.calls,
      swap_count: swapped,
      swap_calls_per_s: Math.round(traffic.calls / seconds),
      swap_failures: traffic.failures,
      swap_call_ms: distribution(traffic.took),
      swap_drain_ms_max: rounded(Math.max(...traffic.drainMs)),
    }
  } finally {
    await sandbox.stop()
  }
}

class Traffic {
  calls = 0
  failed = 0
  readonly failures: Record<string, number> = {}
  readonly took: number[] = []
  readonly drainMs: number[] = []
  readonly #sandbox: Sandbox
  readonly #callers: Promise<void>[]
  #routed: Routed = { call: orderCall('price', { version: '1.0.0' }), inFlight: 0 }
  #isOver = false

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
    this.#callers = Array.from({ length: IN_FLIGHT }, () => this.#callOn())
  }

  async swap(version: string): Promise<void> {
    const old = this.#routed
    const { isolate } = old.call
    const startedAt = performance.now()
    this.#routed = { call: orderCall('price', { version }), inFlight: 0 }
    while (old.inFlight > 0) await delay(1)
    this.drainMs.push(performance.now() - startedAt)
    this.#sandbox.drop(isolate.plugin, isolate.version)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#callers)
  }

  async #callOn(): Promise<void> {
    while (!this.#isOver) {
      const routed = this.#routed
      routed.inFlight++
      const askedAt = performance.now()
      const outcome = await this.#sandbox.call(routed.call)
      routed.inFlight--
      this.calls++
      this.took.push(performance.now() - askedAt)
      if (outcome.kind === 'ok') continue
      this.failed++
      const code = outcome.kind === 'failed' ? outcome.error.code : outcome.code
      this.failures[code] = (this.failures[code] ?? 0) + 1
    }
  }
}
