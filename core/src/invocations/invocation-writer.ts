import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { SensitiveFields } from '@signalbox/sdk/sensitive'
import type { Knex } from 'knex'
import { seal } from '../sealing/sealing.ts'
import type { TenantKeys } from '../sealing/tenant-keys.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { insertInvocations, type SealedInvocation } from './invocation-store.ts'
import { recordCall } from './record-call.ts'
import type { KeptFor } from './recording.ts'
import type { EndedCall } from './watched-call.ts'

/** A kill -9 loses at most what ended within this time. */
const INTERVAL_MS = 500

/** What may wait, and its text. Beyond it calls are not kept, and counted: nobody waits for a recording. */
const MAX_WAITING = 500
const MAX_WAITING_LENGTH = 16 * 1024 * 1024

/**
 * Making a recording takes from 0.1 ms to 30 ms (3000 marked rows) of the event loop that also serves calls:
 * after each, nine times as long is left to them.
 */
const REST = 9

/** Rows of one statement; each is at most about a megabyte. */
const BATCH = 16

interface Logger {
  warn(fields: object, message: string): void
}

interface Ports {
  readonly knex: Knex
  readonly keys: TenantKeys
  /** What the schema of a version's settings marks. */
  readonly configMarks: (plugin: string, version: string) => Promise<SensitiveFields | undefined>
  readonly log: Logger
}

/** Calls that were kept, and those that should have been, by why they were not. */
export interface WriterCounts {
  readonly kept: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

export type DropReason = 'queue-full' | 'too-large' | 'unreadable' | 'not-written'

interface Waiting {
  readonly id: string
  readonly reason: KeptFor
  readonly ended: EndedCall
  readonly length: number
}

/**
 * Redacts, seals and stores kept calls after their replies, in batches. What waits is bounded, also while
 * PostgreSQL is away.
 */
export class InvocationWriter {
  readonly #ports: Ports
  readonly #waiting: Waiting[] = []
  #sealed: SealedInvocation[] = []
  #length = 0
  #kept = 0
  readonly #dropped: Record<DropReason, number> = {
    'queue-full': 0,
    'too-large': 0,
    unreadable: 0,
    'not-written': 0,
  }
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)
  #isAway = false
  #isStopping = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  get counts(): WriterCounts {
    return { kept: this.#kept, dropped: this.#dropped }
  }

  start(): void {
    this.#runs.start()
  }

  /** @returns false when it is too large, or there is no room */
  add(id: string, reason: KeptFor, ended: EndedCall): boolean {
    const { length } = ended
    if (length === undefined) {
      this.drop('too-large')
      return false
    }
    const isFull =
      this.#waiting.length + this.#sealed.length >= MAX_WAITING ||
      this.#length + length > MAX_WAITING_LENGTH
    if (isFull) {
      this.drop('queue-full')
      return false
    }
    this.#waiting.push({ id, reason, ended, length })
    this.#length += length
    return true
  }

  drop(why: DropReason, count = 1): void {
    this.#dropped[why] += count
  }

  /** Never rejects: what cannot be written now waits for the next interval. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#runs.stop()
    await this.flush()
    this.drop('not-written', this.#waiting.length + this.#sealed.length)
  }

  async #write(): Promise<void> {
    try {
      for (;;) {
        await this.#sealSome()
        if (this.#sealed.length === 0) break
        await this.#insert(this.#sealed)
        this.#length -= this.#sealed.reduce((sum, { sealed }) => sum + sealed.length, 0)
        this.#sealed = []
      }
      this.#isAway = false
    } catch (err) {
      const waiting = this.#waiting.length + this.#sealed.length
      if (!this.#isAway) this.#ports.log.warn({ err, waiting }, 'kept calls wait to be written')
      this.#isAway = true
    }
  }

  /** @throws only while PostgreSQL is away: what it refuses would block all that comes after. */
  async #insert(batch: readonly SealedInvocation[]): Promise<void> {
    try {
      await insertInvocations(this.#ports.knex, batch)
      this.#kept += batch.length
    } catch (err) {
      if (isDatabaseUnavailable(err)) throw err
      // One row that PostgreSQL refuses must not cost those of other tenants beside it.
      if (batch.length > 1) {
        for (const one of batch) await this.#insert([one])
        return
      }
      this.#ports.log.warn({ err, calls: batch.length }, 'kept calls could not be written')
      this.drop('not-written', batch.length)
    }
  }

  async #sealSome(): Promise<void> {
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || this.#sealed.length >= BATCH) return
      const sealed = await this.#seal(next)
      this.#waiting.shift()
      this.#length -= next.length
      if (sealed === undefined) continue
      this.#length += sealed.sealed.length
      this.#sealed.push(sealed)
    }
  }

  /** @throws only while PostgreSQL is away; @returns undefined for a call that cannot be recorded at all */
  async #seal({ id, reason, ended }: Waiting): Promise<SealedInvocation | undefined> {
    const { tenant, plugin, version } = ended.guest.isolate
    try {
      const marks = await this.#ports.configMarks(plugin, version)
      const { id: key, key: dataKey } = await this.#ports.keys.current(tenant)
      const startedAt = performance.now()
      const plain = Buffer.from(JSON.stringify(recordCall(id, ended, marks)))
      const sealed = seal(dataKey, plain, [tenant, id, key])
      if (!this.#isStopping) await delay((performance.now() - startedAt) * REST)
      return { ...headOf(id, reason, ended), key, sealed }
    } catch (err) {
      if (isDatabaseUnavailable(err)) throw err
      this.#ports.log.warn({ err, id, plugin, version }, 'a call could not be recorded')
      this.drop('unreadable')
      return undefined
    }
  }
}

function headOf(
  id: string,
  reason: KeptFor,
  { guest, call, outcome, verdict, startedAt, tookMs }: EndedCall,
): Omit<SealedInvocation, 'key' | 'sealed'> {
  const { plugin, version, tenant, bundleSha256, configJson } = guest.isolate
  return {
    id,
    tenant,
    plugin,
    version,
    bundleSha256,
    configSha256: createHash('sha256').update(configJson).digest('hex'),
    service: call.service,
    major: call.major,
    operation: call.operation,
    arm: guest.context.arm,
    principal: `${call.principal.kind}:${call.principal.id}`,
    traceId: call.traceId,
    reason,
    outcome: verdict.kind,
    code: verdict.code,
    startedAt: new Date(startedAt).toISOString(),
    tookMs: Math.round(tookMs * 1000) / 1000,
    cpuMs: outcome.cpuMs,
    peakHeapMb: outcome.peakHeapMb,
    bytesOut: outcome.bytesOut,
    hostCalls: outcome.hostCalls,
  }
}
