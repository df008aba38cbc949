import { Gauge, type Registry } from 'prom-client'
import { RepeatedRun } from '../storage/repeated-run.ts'

/** What waits to be done by any node, as PostgreSQL has it. */
export interface Backlog {
  readonly items: number
  /** Of the oldest, since it could have been done. */
  readonly seconds: number
}

interface Ports {
  readonly registry: Registry
  readonly queues: Readonly<Record<string, () => Promise<Backlog>>>
  /** Spans of time in which a node was lost with counts of calls that it had not written. */
  readonly usageGaps: () => Promise<number>
}

/** As often as most Prometheus servers ask. */
const READ_MS = 15_000

/**
 * Read at an interval and not when somebody asks: a scrape costs PostgreSQL nothing and waits for nothing. What cannot
 * be read is told as NaN: no number that was true once stands for now.
 */
export class Backlogs {
  readonly #ports: Ports
  readonly #items: Gauge<'queue'>
  readonly #seconds: Gauge<'queue'>
  readonly #gaps: Gauge
  readonly #reading = new RepeatedRun(() => this.#read(), READ_MS)

  constructor(ports: Ports) {
    this.#ports = ports
    const registers = [ports.registry]
    this.#items = new Gauge({
      name: 'signalbox_backlog_items',
      help: 'What waits to be done by any node: audit entries to be sealed, changes to be told, webhooks to be sent; counted to 10,000.',
      labelNames: ['queue'] as const,
      registers,
    })
    this.#seconds = new Gauge({
      name: 'signalbox_backlog_seconds',
      help: 'How long the oldest of what waits has been due.',
      labelNames: ['queue'] as const,
      registers,
    })
    this.#gaps = new Gauge({
      name: 'signalbox_usage_gaps',
      help: 'Nodes that were lost in the last 24 hours with counts of calls that they had not written.',
      registers,
    })
  }

  start(): void {
    this.#reading.start()
    void this.#reading.run()
  }

  stop(): Promise<void> {
    return this.#reading.stop()
  }

  /** Never rejects. */
  read(): Promise<void> {
    return this.#reading.run()
  }

  async #read(): Promise<void> {
    for (const [queue, backlog] of Object.entries(this.#ports.queues)) {
      const { items, seconds } = await backlog().catch(() => unknown)
      this.#items.set({ queue }, items)
      this.#seconds.set({ queue }, seconds)
    }
    this.#gaps.set(await this.#ports.usageGaps().catch(() => Number.NaN))
  }
}

const unknown: Backlog = { items: Number.NaN, seconds: Number.NaN }
