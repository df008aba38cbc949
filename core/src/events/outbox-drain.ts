import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { PluginOutboxes } from './plugin-outboxes.ts'

/** What another node left behind, or a hint that was lost, is found this late. */
const POLL_MS = 2000

interface Ports {
  readonly outboxes: Pick<PluginOutboxes, 'pending' | 'drain'>
  readonly append: (events: readonly NewEvent[]) => Promise<unknown>
  readonly log: { warn(fields: object, message: string): void }
}

/** Empties the plugins' outboxes: at once where this node wrote, and all of them now and then. */
export class OutboxDrain {
  readonly #ports: Ports
  readonly #asked = new Set<string>()
  #draining: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    void this.#poll()
    this.#timer = setInterval(() => void this.#poll(), POLL_MS)
    this.#timer.unref()
  }

  /** What lies there stays there, for the next start or another node. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#draining
  }

  /** Something was written there. */
  look(plugin: string): void {
    if (this.#isStopped) return
    this.#asked.add(plugin)
    this.#draining ??= this.#drainAsked()
  }

  async #poll(): Promise<void> {
    try {
      for (const plugin of await this.#ports.outboxes.pending()) this.look(plugin)
    } catch (err) {
      if (!this.#isStopped) this.#ports.log.warn({ err }, 'the outboxes cannot be read')
    }
  }

  async #drainAsked(): Promise<void> {
    // What is asked for in the same turn is looked at together.
    await Promise.resolve()
    for (const plugin of this.#asked) {
      if (this.#isStopped) break
      this.#asked.delete(plugin)
      try {
        const hasMore = await this.#ports.outboxes.drain(plugin, this.#ports.append)
        // Behind the others: a plugin that publishes without end keeps none of them waiting.
        if (hasMore) this.#asked.add(plugin)
      } catch (err) {
        this.#ports.log.warn({ err, plugin }, 'an outbox could not be drained')
      }
    }
    this.#draining = undefined
  }
}
