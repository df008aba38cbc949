import { randomBytes } from 'node:crypto'
import type { GuestCall } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import type { ContentStore } from '../storage/content-store.ts'
import { ConfigMarks } from './config-marks.ts'
import { invocationKeys } from './invocation-keys.ts'
import { InvocationWriter, type WriterCounts } from './invocation-writer.ts'
import { Keeping } from './keeping.ts'
import { RetentionJob } from './retention-job.ts'
import { SamplingTable } from './sampling-table.ts'
import { UsageMeter } from './usage-meter.ts'
import { type EndedCall, WatchedCall } from './watched-call.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly log: { warn(fields: object, message: string): void }
  /** Told of each call that logged, and under which id it is kept. */
  readonly onLogged?: (call: EndedCall, invocation: string | undefined) => void
  readonly now?: () => number
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/** What a node sees of every guest's call: it meters all of them, and keeps those that may be run again. */
export class Invocations {
  readonly meter = new UsageMeter()
  readonly keys: TenantKeys
  readonly samplings: SamplingTable
  readonly #keeping: Keeping
  readonly #writer: InvocationWriter
  readonly #retention: RetentionJob
  readonly #now: () => number
  readonly #random: () => number
  readonly #onLogged: Ports['onLogged']

  constructor({ knex, contents, log, onLogged, now = Date.now, random = Math.random }: Ports) {
    this.#now = now
    this.#random = random
    this.#onLogged = onLogged
    this.keys = invocationKeys(knex, now)
    this.samplings = new SamplingTable(knex)
    this.#keeping = new Keeping((...named) => this.samplings.share(...named))
    const marks = new ConfigMarks({ knex, contents })
    this.#writer = new InvocationWriter({
      knex,
      keys: this.keys,
      configMarks: (plugin, version) => marks.of(plugin, version),
      log,
    })
    this.#retention = new RetentionJob({ knex, now, log })
  }

  get counts(): WriterCounts {
    return this.#writer.counts
  }

  start(): void {
    this.samplings.start()
    this.#writer.start()
    this.#retention.start()
  }

  async stop(): Promise<void> {
    this.samplings.stop()
    await this.#retention.stop()
    await this.#writer.stop()
  }

  watch(guest: GuestCall): WatchedCall {
    return new WatchedCall(guest)
  }

  /** Costs next to nothing for a call that is not kept. @returns the id under which it is */
  ended(call: EndedCall): string | undefined {
    const id = this.#keep(call)
    if (call.lines > 0) this.#onLogged?.(call, id)
    return id
  }

  #keep(call: EndedCall): string | undefined {
    const now = this.#now()
    this.meter.add(call.guest.isolate, call.outcome, now)
    const reason = this.#keeping.reasonToKeep(call, now, this.#random())
    if (reason === undefined) return undefined
    const id = `inv_${randomBytes(12).toString('hex')}`
    return this.#writer.add(id, reason, call) ? id : undefined
  }
}
