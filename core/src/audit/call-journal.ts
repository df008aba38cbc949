import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallRecord } from './call-audit.ts'

/** On disk while PostgreSQL is away: a million lines or so. What comes beyond it is in memory alone. */
const MAX_BYTES = 256 * 1024 * 1024

interface Ports {
  readonly folder: string
  readonly log: { warn(fields: object, message: string): void }
  readonly maxBytes?: number
}

/**
 * Writes and refusals, in a file of this node, before they are answered: the kernel has them then, whatever becomes of
 * this process. A file an interval, numbered as the batch that it becomes in the database, and gone once that is written.
 * It is not forced to the disk: each call would wait for it, and the database has it a second later. See audit.md.
 */
export class CallJournal {
  readonly #folder: string
  readonly #log: Ports['log']
  readonly #maxBytes: number
  readonly #sizes = new Map<number, number>()
  #number: number
  #file: number | undefined
  #bytes = 0
  #isFailing = false
  #isTorn = false

  private constructor({ folder, log, maxBytes = MAX_BYTES }: Ports, number: number) {
    this.#folder = folder
    this.#log = log
    this.#maxBytes = maxBytes
    this.#number = number
  }

  /**
   * @param lastWritten the last batch of this node that the database has
   * @returns the journal, and the batches that a killed host left behind, oldest first
   */
  static async open(
    ports: Ports,
    lastWritten: number,
  ): Promise<{ journal: CallJournal; left: readonly number[] }> {
    mkdirSync(ports.folder, { recursive: true, mode: 0o700 })
    const left = (await readdir(ports.folder))
      .flatMap((name) => /^(\d{1,15})\.ndjson$/.exec(name)?.slice(1).map(Number) ?? [])
      .sort((one, other) => one - other)
    const number = Math.max(lastWritten, ...left) + 1
    return { journal: new CallJournal(ports, number), left }
  }

  /** Returns when the kernel has it. A disk that is full does not stop the calls: they stay in memory for the interval. */
  write(record: CallRecord): void {
    // Behind a part of a line another begins, or both would be lost.
    const line = Buffer.from(`${this.#isTorn ? '\n' : ''}${JSON.stringify(record)}\n`)
    if (this.#bytes + line.length > this.#maxBytes) {
      this.#fail({}, 'is full')
      return
    }
    try {
      this.#file ??= openSync(this.#path(this.#number), 'a', 0o600)
      const written = writeSync(this.#file, line)
      this.#bytes += written
      this.#sizes.set(this.#number, (this.#sizes.get(this.#number) ?? 0) + written)
      this.#isTorn = written < line.length
      if (this.#isTorn) this.#fail({}, 'has no room on the disk')
      else this.#isFailing = false
    } catch (err) {
      this.#fail({ err }, 'cannot be written')
    }
  }

  /** Ends the interval. @returns its number */
  turn(): number {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#isTorn = false
    return this.#number++
  }

  /** What was written of a batch; a line that was cut off is none. */
  async read(number: number): Promise<readonly CallRecord[]> {
    const text = await readFile(this.#path(number), 'utf8').catch(missingIs(''))
    return text.split('\n').flatMap((line) => recordOf(line) ?? [])
  }

  /** The database has it. */
  async forget(number: number): Promise<void> {
    await unlink(this.#path(number)).catch(missingIs(undefined))
    this.#bytes -= this.#sizes.get(number) ?? 0
    this.#sizes.delete(number)
  }

  #path(number: number): string {
    return join(this.#folder, `${number}.ndjson`)
  }

  #fail(fields: object, how: string): void {
    if (!this.#isFailing) this.#log.warn(fields, `the journal of the audit ${how}`)
    this.#isFailing = true
  }
}

function recordOf(line: string): CallRecord | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as CallRecord)
  } catch {
    return undefined
  }
}

function missingIs<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
