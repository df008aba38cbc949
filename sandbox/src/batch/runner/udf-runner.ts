import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import type { UdfSignature } from '@signalbox/sdk'
import { castColumn } from '../../columns/cast-column.ts'
import type { Batch, BatchFailure, BatchOutcome, BatchTarget } from '../batch.ts'
import { BatchLanes } from '../batch-lanes.ts'
import { defaultBatchLimits } from '../batch-limits.ts'
import { ArrowFormat } from './arrow-format.ts'
import { JsonLinesFormat } from './json-lines-format.ts'
import { RowBinaryFormat } from './row-binary-format.ts'
import type { FormatName, RunnerOptions } from './runner-options.ts'
import type { FormatOptions, Rows, UdfFormat } from './udf-format.ts'

const formatOf: Readonly<Record<FormatName, new (options: FormatOptions) => UdfFormat>> = {
  rowbinary: RowBinaryFormat,
  arrow: ArrowFormat,
  jsonl: JsonLinesFormat,
}

/** What a batch ended with, when it was no result. */
export class RunFailure extends Error {
  readonly failure: BatchFailure

  constructor(failure: BatchFailure) {
    super(failure.kind === 'failed' ? failure.error.message : failure.message)
    this.failure = failure
  }
}

/**
 * Rows from a stream through a function to a stream, in their order. It reads no faster than results are taken: as many batches as there
 * are threads are under way, and rows that come meanwhile wait, up to one morsel.
 *
 * @throws a CodedError for what is wrong with the input, RunFailure for what became of the function.
 */
export async function runUdf(
  options: RunnerOptions,
  input: Readable,
  output: Writable,
): Promise<void> {
  const source = await readFile(options.bundle, 'utf8')
  const target = targetOf(options, source)
  const { threads, morselMs } = options
  const lanes = await BatchLanes.start({
    threads,
    morselMs,
    hasStandby: false,
    maxBatchesPerTenant: defaultBatchLimits.maxBatches,
  })
  try {
    const described = await lanes.describe(target, options.deadlineMs)
    if (described.kind !== 'described') throw new RunFailure(described)
    const { signature } = described
    const maxRows = defaultBatchLimits.morselRows
    const format = new formatOf[options.format]({ ...options, maxRows, signature })
    const run = (rows: Rows) => lanes.run(batchOf(options, target, signature, format, rows))
    await new UdfPipe(format, run, threads, output).pump(input)
  } finally {
    await lanes.stop()
  }
}

function targetOf({ plugin, version, heapMb, udf }: RunnerOptions, source: string): BatchTarget {
  return {
    isolate: {
      plugin,
      version,
      tenant: 'local',
      bundleSha256: createHash('sha256').update(source).digest('hex'),
      configJson: '{}',
      limits: { heapMb },
    },
    loadBundle: async () => source,
    udf,
  }
}

function batchOf(
  { deadlineMs }: RunnerOptions,
  target: BatchTarget,
  signature: UdfSignature | null,
  { returns }: UdfFormat,
  { columns, rows }: Rows,
): Batch {
  // What cannot be converted goes as it is: the lane says what was expected.
  const converted = columns.map((column, index) => {
    const type = signature?.args[index]
    return type === undefined ? column : (castColumn(column, type) ?? column)
  })
  return {
    ...target,
    columns: converted,
    rows,
    deadlineMs,
    ...(returns === undefined ? {} : { returns }),
  }
}

class UdfPipe {
  readonly #format: UdfFormat
  readonly #run: (rows: Rows) => Promise<BatchOutcome>
  readonly #maxRunning: number
  readonly #output: Writable
  #running = 0
  #written: Promise<void> = Promise.resolve()
  #fault: unknown
  #onRoom: (() => void) | undefined

  constructor(
    format: UdfFormat,
    run: (rows: Rows) => Promise<BatchOutcome>,
    threads: number,
    output: Writable,
  ) {
    this.#format = format
    this.#run = run
    // One more than threads: its rows lie ready when a thread is free.
    this.#maxRunning = threads + 1
    this.#output = output
  }

  async pump(input: Readable): Promise<void> {
    for await (const chunk of input) {
      this.#format.push(chunk as Buffer)
      this.#start()
      while (this.#format.isFull && this.#fault === undefined) await this.#room()
      if (this.#fault !== undefined) throw this.#fault
    }
    while (this.#format.hasRows && this.#fault === undefined) await this.#room()
    this.#format.end()
    while (this.#format.hasRows && this.#fault === undefined) await this.#room()
    await this.#written
    if (this.#fault !== undefined) throw this.#fault
    await this.#send(this.#format.finish())
  }

  /** Takes what is there at once: an engine may wait for these results before it sends more rows. */
  #start(): void {
    while (this.#format.hasRows && this.#running < this.#maxRunning && this.#fault === undefined) {
      this.#running++
      const outcome = this.#run(this.#format.take())
      this.#written = this.#written.then(() => this.#finish(outcome))
    }
  }

  async #finish(outcome: Promise<BatchOutcome>): Promise<void> {
    try {
      const ended = await outcome
      if (this.#fault !== undefined) return
      if (ended.kind !== 'ok') throw new RunFailure(ended)
      await this.#send(this.#format.write(ended.column))
      this.#running--
      this.#start()
    } catch (error) {
      this.#fault ??= error
    } finally {
      this.#onRoom?.()
    }
  }

  async #room(): Promise<void> {
    this.#start()
    if (!this.#format.hasRows) return
    await new Promise<void>((resolve) => {
      this.#onRoom = resolve
    })
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    await new Promise<void>((resolve, reject) => {
      this.#output.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }
}
