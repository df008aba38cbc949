import { setTimeout as delay } from 'node:timers/promises'
import type { SensitiveFields } from '@signalbox/sdk/sensitive'
import type { Knex } from 'knex'
import { redactedLogs } from '../invocations/record-call.ts'
import type { EndedCall, RawLog } from '../invocations/watched-call.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { LineBudget } from './line-budget.ts'
import { LogGaps } from './log-gaps.ts'
import { type LogLine, linesOf, type MissReason } from './log-line.ts'
import { insertLines } from './plugin-log-store.ts'

/** Soon enough for who follows, and a kill -9 loses at most what ended within this time. */
const INTERVAL_MS = 500

/** What may wait: calls, and all text of them, which is searched for what must not be in their lines. */
const MAX_WAITING = 2000
const MAX_WAITING_LENGTH = 16 * 1024 * 1024

/** Of that, what one plugin in one tenant may hold: the others' lines are kept whatever it logs. */
const SHARE = 4

/**
 * To redact takes from 0.05 ms to 30 ms of the event loop that also serves calls: after each while, nine times as long is left
 * to them.
 */
const REST = 9
const WHILE_MS = 1

/** Lines of one statement, and those of one more call. */
const BATCH = 200

interface Ports {
  readonly knex: Knex
  /** What the schema of a version's settings marks. */
  readonly configMarks: (plugin: string, version: string) => Promise<SensitiveFields | undefined>
  readonly wrote: (lines: readonly LogLine[]) => Promise<void>
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Lines that were kept, and those that were not, by why. */
export interface LogCounts {
  readonly kept: number
  readonly missed: Readonly<Record<MissReason, number>>
}

interface Waiting {
  readonly ended: EndedCall
  /** Which of its lines are kept. */
  readonly kept: ReadonlySet<number>
  readonly invocation: string | undefined
  readonly length: number
}

/**
 * Redacts and stores what calls logged after their replies, in batches. No call waits for it: what does not fit is counted, and
 * told among the lines as a gap.
 */
export class LogWriter {
  readonly #ports: Ports
  readonly #budget = new LineBudget()
  readonly #gaps = new LogGaps()
  #waiting: Waiting[] = []
  readonly #heldBy = new Map<string, number>()
  #length = 0
  #lines: LogLine[] = []
  #kept = 0
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)
  #isAway = false
  #isStopping = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  get counts(): LogCounts {
    return { kept: this.#kept, missed: this.#gaps.counts }
  }

  start(): void {
    this.#runs.start()
  }

  /** On a call's path: nothing is read or copied. @param invocation under which the call is kept */
  add(ended: EndedCall, invocation: string | undefined): void {
    const { length, lines } = ended
    const { isolate } = ended.guest
    if (length === undefined) {
      // Nothing of it is held to be searched for what its lines must not say.
      this.#gaps.add(isolate, 'too-large', lines)
      return
    }
    const kept = this.#withinBudget(ended)
    this.#gaps.add(isolate, 'too-many', lines - kept.size)
    if (kept.size === 0) return
    const key = keyOf(isolate)
    const held = this.#heldBy.get(key) ?? 0
    const isFull =
      this.#waiting.length >= MAX_WAITING ||
      this.#length + length > MAX_WAITING_LENGTH ||
      held + length > MAX_WAITING_LENGTH / SHARE
    if (isFull) {
      this.#gaps.add(isolate, 'queue-full', kept.size)
      return
    }
    this.#waiting.push({ ended, kept, invocation, length })
    this.#length += length
    this.#heldBy.set(key, held + length)
  }

  /** Never rejects: what cannot be written now waits for the next interval. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#runs.stop()
    await this.flush()
    for (const { ended, kept } of this.#waiting) {
      this.#gaps.add(ended.guest.isolate, 'not-written', kept.size)
    }
    for (const line of this.#lines.filter(isLine)) this.#gaps.add(line, 'not-written', 1)
  }

  #withinBudget({ guest, logs }: EndedCall): ReadonlySet<number> {
    const { tenant, plugin } = guest.isolate
    const now = this.#ports.now()
    const isKept = ({ level }: RawLog) => this.#budget.take(tenant, plugin, level, now)
    return new Set(logs.flatMap((line, index) => (isKept(line) ? [index] : [])))
  }

  async #write(): Promise<void> {
    try {
      do {
        await this.#redactSome()
        await this.#insert()
      } while (this.#waiting.length > 0)
      // Not before: while PostgreSQL is away gaps go on to be counted, rather than to be lines.
      this.#lines = this.#gaps.take(this.#ports.now())
      await this.#insert()
      this.#isAway = false
    } catch (err) {
      const waiting = this.#waiting.length
      if (!this.#isAway) {
        this.#ports.log.warn({ err, waiting }, 'lines of plugins wait to be written')
      }
      this.#isAway = true
    }
  }

  /** Until there are enough for one statement. */
  async #redactSome(): Promise<void> {
    let startedAt = performance.now()
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || this.#lines.length >= BATCH) return
      await this.#redact(next)
      this.#waiting.shift()
      this.#release(next)
      const took = performance.now() - startedAt
      if (took < WHILE_MS) continue
      if (!this.#isStopping) await delay(took * REST)
      startedAt = performance.now()
    }
  }

  /** @throws only while PostgreSQL is away */
  async #redact({ ended, kept, invocation }: Waiting): Promise<void> {
    const { plugin, version } = ended.guest.isolate
    try {
      const marks = await this.#ports.configMarks(plugin, version)
      // What a line that is not kept marks is looked for in those that are.
      const lines = redactedLogs(ended, marks).filter((_, index) => kept.has(index))
      this.#lines.push(...linesOf(ended, lines, invocation))
    } catch (err) {
      if (isDatabaseUnavailable(err)) throw err
      this.#ports.log.warn({ err, plugin, version }, 'lines of a call could not be redacted')
      this.#gaps.add(ended.guest.isolate, 'unreadable', kept.size)
    }
  }

  #release({ ended, length }: Waiting): void {
    const key = keyOf(ended.guest.isolate)
    this.#length -= length
    const left = (this.#heldBy.get(key) ?? 0) - length
    if (left > 0) this.#heldBy.set(key, left)
    else this.#heldBy.delete(key)
  }

  /** @throws only while PostgreSQL is away: what it refuses would block all that comes after. */
  async #insert(): Promise<void> {
    const batch = [...this.#lines]
    if (batch.length === 0) return
    const { knex, log, wrote } = this.#ports
    try {
      await insertLines(knex, batch)
      this.#lines = []
      this.#kept += batch.filter(isLine).length
    } catch (err) {
      if (isDatabaseUnavailable(err)) throw err
      log.warn({ err, lines: batch.length }, 'lines of plugins could not be written')
      await this.#insertEach()
    }
    await wrote(batch)
  }

  /** One line that PostgreSQL refuses must not cost those of other tenants beside it. */
  async #insertEach(): Promise<void> {
    for (let line = this.#lines[0]; line !== undefined; line = this.#lines[0]) {
      try {
        await insertLines(this.#ports.knex, [line])
        if (isLine(line)) this.#kept++
      } catch (err) {
        if (isDatabaseUnavailable(err)) throw err
        if (isLine(line)) this.#gaps.add(line, 'not-written', 1)
      }
      this.#lines.shift()
    }
  }
}

/** A gap that is lost stays in the counts. */
function isLine({ missed }: LogLine): boolean {
  return missed === null
}

function keyOf({ tenant, plugin }: { readonly tenant: string; readonly plugin: string }): string {
  return `${tenant} ${plugin}`
}
