import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Column, sandboxErrors } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import { Piscina } from 'piscina'
import { coreErrors } from '../errors.ts'
import type { ComputeAnswer, ComputeResults, ComputeTask, DigestAlgorithm } from './compute-task.ts'
import { doTask } from './do-task.ts'

/**
 * From how many bytes on a thread pays: they are copied for it, into memory that is new, and that costs the host's own thread as much
 * as SHA-256 itself up to some megabytes (measured: 1 MB 1.2 ms beside 0.75 ms, 8 MB 2.8 ms beside 5.7 ms). SHA-512 and the
 * decoding of Arrow are slower than that; and Arrow comes from strangers. Encoding is no task at all: to write a column as
 * Arrow takes as long as to hand it to a thread (measured: 12 MB of texts 4.7 ms beside 4.4 ms, 4 MB of numbers 4.0 beside 3.7).
 */
const THREAD_BYTES: Readonly<Record<ComputeTask['kind'], number>> = {
  digest: 4 * 1024 * 1024,
  verify: 4 * 1024 * 1024,
  'read-arrow': 64 * 1024,
}
const RETRY_AFTER_S = 1
/** Of one thread: twice the largest batch of columns that a request brings. */
const WORKER_HEAP_MB = 256

export interface ComputeOptions {
  readonly threads?: number
  /** Tasks that wait for a thread, and the bytes they hold. */
  readonly maxQueued?: number
  readonly maxQueuedBytes?: number
  /** From the call to the answer. A task that runs by then is not ended: it is the host's own code, and ends. */
  readonly deadlineMs?: number
}

export interface ComputeStats {
  readonly running: number
  readonly queued: number
  readonly queuedBytes: number
  /** Done in a thread, done where they were called, and refused for want of room or time. */
  readonly threaded: number
  readonly inline: number
  readonly refused: number
}

interface Waiting {
  readonly task: ComputeTask
  readonly settle: (answer: ComputeAnswer | CodedError) => void
  isOver: boolean
}

const defaults = { maxQueued: 64, maxQueuedBytes: 256 * 1024 * 1024, deadlineMs: 10_000 }

/**
 * Threads for what the host itself has to compute over large bytes, so that no request waits for another's digest. The queue is ours and
 * bounded, in front of a pool that is never given more than it has threads: what finds no room is refused with 429.
 */
export class ComputePool {
  readonly #options: Required<ComputeOptions>
  readonly #queue: Waiting[] = []
  #pool: Piscina<ComputeTask, ComputeAnswer> | undefined
  #running = 0
  #queuedBytes = 0
  readonly #counts = { threaded: 0, inline: 0, refused: 0 }

  /** Threads are started by the first task that needs one: most hosts have none for hours. */
  constructor(options: ComputeOptions = {}) {
    this.#options = { threads: availableParallelism(), ...defaults, ...options }
  }

  digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#do({ kind: 'digest', algorithm, bytes })
  }

  /** @param publicKey SPKI in PEM; its type says the algorithm: Ed25519, or ECDSA and RSA over SHA-256. */
  verify(bytes: Uint8Array, signature: Uint8Array, publicKey: string): Promise<boolean> {
    return this.#do({ kind: 'verify', bytes, signature, publicKey })
  }

  /** @throws `SBX_FORMAT_BYTES`, `SBX_FORMAT_TYPE` as readArrow does. */
  readArrow(bytes: Uint8Array): Promise<readonly Column[]> {
    return this.#do({ kind: 'read-arrow', bytes })
  }

  stats(): ComputeStats {
    return {
      running: this.#running,
      queued: this.#queue.length,
      queuedBytes: this.#queuedBytes,
      ...this.#counts,
    }
  }

  /** Ends the threads. What waits is refused. */
  async stop(): Promise<void> {
    for (const waiting of this.#queue.splice(0)) this.#refuse(waiting)
    this.#queuedBytes = 0
    await this.#pool?.destroy()
  }

  async #do<Kind extends ComputeTask['kind']>(
    task: ComputeTask & { readonly kind: Kind },
  ): Promise<ComputeResults[Kind]> {
    if (task.bytes.length < THREAD_BYTES[task.kind]) {
      this.#counts.inline++
      return doTask(task) as ComputeResults[Kind]
    }
    const answer = await this.#enqueue(task)
    if (answer instanceof CodedError) throw answer
    if (answer.ok) return answer.result as ComputeResults[Kind]
    throw refusalOf(answer.code, answer.parameters)
  }

  #enqueue(task: ComputeTask): Promise<ComputeAnswer | CodedError> {
    const { maxQueued, maxQueuedBytes, deadlineMs } = this.#options
    const bytes = this.#queuedBytes + task.bytes.length
    if (this.#queue.length >= maxQueued || bytes > maxQueuedBytes) {
      this.#counts.refused++
      const told = {
        reached: this.#queue.length,
        limit: maxQueued,
        bytes,
        maxBytes: maxQueuedBytes,
      }
      throw coreErrors.create('COMPUTE_BUSY', told, { retryAfterS: RETRY_AFTER_S })
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#refuse(waiting), deadlineMs)
      const waiting: Waiting = {
        task,
        isOver: false,
        settle: (answer) => {
          clearTimeout(timer)
          waiting.isOver = true
          resolve(answer)
        },
      }
      this.#queue.push(waiting)
      this.#queuedBytes = bytes
      this.#next()
    })
  }

  #refuse(waiting: Waiting): void {
    if (waiting.isOver) return
    this.#counts.refused++
    const told = { task: waiting.task.kind, limit: this.#options.deadlineMs }
    waiting.settle(coreErrors.create('COMPUTE_DEADLINE', told, { retryAfterS: RETRY_AFTER_S }))
  }

  #next(): void {
    while (this.#running < this.#options.threads) {
      const waiting = this.#queue.shift()
      if (waiting === undefined) return
      this.#queuedBytes -= waiting.task.bytes.length
      if (!waiting.isOver) void this.#run(waiting)
    }
  }

  async #run(waiting: Waiting): Promise<void> {
    this.#running++
    try {
      waiting.settle(await this.#threads().run(waiting.task))
      this.#counts.threaded++
    } catch (cause) {
      const told = { task: waiting.task.kind }
      waiting.settle(coreErrors.create('COMPUTE_FAILED', told, { cause }))
    } finally {
      this.#running--
      this.#next()
    }
  }

  #threads(): Piscina<ComputeTask, ComputeAnswer> {
    this.#pool ??= new Piscina<ComputeTask, ComputeAnswer>({
      filename: fileURLToPath(new URL('./compute-worker.ts', import.meta.url)),
      name: 'compute',
      minThreads: this.#options.threads,
      maxThreads: this.#options.threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    })
    return this.#pool
  }
}

function refusalOf(code: string, parameters: CodedError['parameters']): CodedError {
  const name = code.slice(`${sandboxErrors.prefix}_`.length)
  return sandboxErrors.create(name as keyof typeof sandboxErrors.definitions, parameters)
}
