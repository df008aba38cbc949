import { availableParallelism } from 'node:os'
import type { LaneFault } from '../lane/lane-fault.ts'
import type { ProcessExit } from '../process/guest-process.ts'
import { sandboxErrors } from '../sandbox-errors.ts'
import { circuitError } from '../schedule/circuit-error.ts'
import { admitted, Strikes, type StrikingVersion } from '../schedule/strikes.ts'
import type { Batch, BatchOutcome, BatchTarget, DescribeOutcome } from './batch.ts'
import { type BatchCulprit, BatchLane } from './batch-lane.ts'
import { type BatchLimits, defaultBatchLimits } from './batch-limits.ts'
import { isUnharmed } from './batch-loss.ts'
import { argumentsError, whoOf } from './batch-outcomes.ts'
import { BatchQueue } from './batch-queue.ts'
import { BatchRun, type RunOutcome } from './batch-run.ts'

/** How often deadlines, morsels and memory are looked at. */
const SWEEP_MS = 25
/** A lane at rest is measured every so many sweeps. */
const IDLE_SWEEPS = 40
/** A process that ends before it is ready is tried again after this, then twice as long, and so on. */
const RESTART_DELAY_MS = 100
const MAX_RESTART_DELAY_MS = 10_000
const RETRY_AFTER_S = 1
/** Each argument costs a compiled place in the loop over the rows. */
const MAX_COLUMNS = 64

export interface BatchLanesOptions extends Partial<BatchLimits> {
  /** Processes; each has as many workers as `threads` says. Default: 1, it uses every core. */
  readonly lanes?: number
  /** Whether one more process is kept ready, some 40 MB. Default: true. */
  readonly hasStandby?: boolean
  onEvent?(event: BatchLanesEvent): void
}

export type BatchLanesEvent =
  /** A process ended though nobody asked it to. `culprit` is the version whose morsel ended it, when that is certain. */
  | {
      readonly kind: 'batch-lane-lost'
      readonly pid: number
      readonly fault: LaneFault
      readonly stderr: string
      readonly culprit: BatchCulprit | undefined
    }
  | { readonly kind: 'batch-lane-retired'; readonly pid: number }
  /** A version cost its process so often that its functions are not called for a while. */
  | { readonly kind: 'circuit-opened'; readonly culprit: BatchCulprit; readonly strikes: number }
  | { readonly kind: 'circuit-closed'; readonly plugin: string; readonly version: string }

export interface BatchStats {
  readonly lanes: readonly {
    readonly pid: number
    readonly mode: BatchLane['mode']
    readonly morsels: number
    readonly residentMb: number
  }[]
  /** Accepted and not over. */
  readonly batches: number
  /** That these hold in the host. */
  readonly bytes: number
  readonly batchesDone: number
  readonly rowsDone: number
  readonly cpuMs: number
  readonly refused: number
  readonly lanesLost: number
  readonly circuitsOpened: number
}

/**
 * Runs UDFs over columns, in processes whose threads have an isolate for each plugin version and tenant. Functions are pure:
 * they can ask the host for nothing, and whatever a process did not finish runs again.
 */
export class BatchLanes {
  readonly #limits: BatchLimits
  readonly #laneCount: number
  readonly #hasStandby: boolean
  readonly #onEvent: ((event: BatchLanesEvent) => void) | undefined
  readonly #lanes = new Set<BatchLane>()
  readonly #all = new Set<BatchLane>()
  readonly #runs = new Set<BatchRun>()
  readonly #queue = new BatchQueue()
  readonly #strikes = new Strikes()
  readonly #sweeper: NodeJS.Timeout
  readonly #counts = {
    batchesDone: 0,
    rowsDone: 0,
    cpuMs: 0,
    refused: 0,
    lanesLost: 0,
    circuitsOpened: 0,
  }
  #standby: BatchLane | undefined
  #bytes = 0
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined
  #sweeps = 0
  #isStopped = false
  #onFirstReady: ((error?: Error) => void) | undefined
  #onLastExit: (() => void) | undefined

  private constructor(options: BatchLanesOptions) {
    const { lanes = 1, hasStandby = true, onEvent, ...limits } = options
    this.#limits = { ...defaultBatchLimits, threads: availableParallelism(), ...limits }
    this.#laneCount = lanes
    this.#hasStandby = hasStandby
    this.#onEvent = onEvent
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** Ready when the first process is. Rejects with SBX_BATCH_START_FAILED when none comes up. */
  static async start(options: BatchLanesOptions = {}): Promise<BatchLanes> {
    const lanes = new BatchLanes(options)
    const ready = new Promise<void>((resolve, reject) => {
      lanes.#onFirstReady = (error) => (error === undefined ? resolve() : reject(error))
    })
    lanes.#fill()
    try {
      await ready
      return lanes
    } catch (error) {
      await lanes.stop()
      throw error
    }
  }

  /** Runs a function over columns. Never rejects. */
  run(batch: Batch): Promise<BatchOutcome> {
    return this.#accept(batch, batch, batch.deadlineMs) as Promise<BatchOutcome>
  }

  /** What a function says of its arguments and its result. Never rejects. */
  describe(target: BatchTarget, deadlineMs: number): Promise<DescribeOutcome> {
    return this.#accept(target, undefined, deadlineMs) as Promise<DescribeOutcome>
  }

  stats(): BatchStats {
    const lanes = [...this.#all].map(({ pid, mode, morselCount, residentMb }) => ({
      pid,
      mode,
      morsels: morselCount,
      residentMb,
    }))
    return { lanes, batches: this.#runs.size, bytes: this.#bytes, ...this.#counts }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweeper)
    clearTimeout(this.#restartTimer)
    for (const run of this.#runs) {
      const error = sandboxErrors.create('BATCH_STOPPED', whoOf(run))
      run.end({ kind: 'failed', error, blame: 'host' })
    }
    const gone = new Promise<void>((resolve) => {
      this.#onLastExit = resolve
    })
    for (const lane of this.#all) lane.kill('stopped')
    if (this.#all.size > 0) await gone
  }

  #accept(target: BatchTarget, batch: Batch | undefined, deadlineMs: number): Promise<RunOutcome> {
    return new Promise((resolve) => {
      const run = new BatchRun(target, batch, deadlineMs, this.#limits, (outcome) => {
        if (this.#runs.delete(run)) this.#bytes -= run.bytes
        this.#count(run, outcome)
        if (admission.kind === 'probe') this.#probeEnded(run, outcome)
        resolve(outcome)
      })
      const error = this.#refusal(run)
      const admission =
        error === undefined
          ? this.#strikes.admit(striking(run.target.isolate), Date.now())
          : admitted
      const refusal = error ?? circuitError(run.target.isolate, admission)
      if (refusal !== undefined) {
        this.#counts.refused++
        run.end({ kind: 'failed', error: refusal, blame: error === undefined ? 'plugin' : 'host' })
        return
      }
      this.#runs.add(run)
      this.#bytes += run.bytes
      this.#queue.add(run)
      this.#place()
    })
  }

  #refusal(run: BatchRun) {
    const { batch } = run
    const { maxBatches, maxBatchesPerTenant, maxBytes } = this.#limits
    if (this.#isStopped) return sandboxErrors.create('BATCH_STOPPED', whoOf(run))
    if (batch !== undefined) {
      const isEven = batch.columns.every(({ rows }) => rows === batch.rows)
      if (!isEven || batch.columns.length > MAX_COLUMNS) {
        return argumentsError(run, `at most ${MAX_COLUMNS} columns of ${batch.rows} rows`)
      }
    }
    const retry = { retryAfterS: RETRY_AFTER_S }
    const ofTenant = [...this.#runs].filter(({ tenant }) => tenant === run.tenant).length
    if (ofTenant >= maxBatchesPerTenant) {
      const told = { ...whoOf(run), reached: ofTenant, limit: maxBatchesPerTenant }
      return sandboxErrors.create('BATCH_BUSY', told, retry)
    }
    if (this.#runs.size >= maxBatches) {
      const told = { ...whoOf(run), reached: this.#runs.size, limit: maxBatches }
      return sandboxErrors.create('BATCH_BUSY', told, retry)
    }
    if (this.#bytes + run.bytes > maxBytes) {
      const told = { ...whoOf(run), reached: this.#bytes + run.bytes, limit: maxBytes }
      return sandboxErrors.create('BATCH_BACKLOG', told, retry)
    }
    return undefined
  }

  #probeEnded(run: BatchRun, outcome: RunOutcome): void {
    const blame = outcome.kind === 'failed' ? outcome.blame : undefined
    if (!this.#strikes.probeEnded(striking(run.target.isolate), isUnharmed(run, blame))) return
    const { plugin, version } = run.target.isolate
    this.#onEvent?.({ kind: 'circuit-closed', plugin, version })
  }

  #strike(culprit: BatchCulprit): void {
    const { strikes, isOpened } = this.#strikes.strike(striking(culprit), Date.now())
    if (!isOpened) return
    this.#counts.circuitsOpened++
    this.#onEvent?.({ kind: 'circuit-opened', culprit, strikes })
  }

  #count(run: BatchRun, outcome: RunOutcome): void {
    this.#counts.cpuMs += outcome.cpuMs
    if (outcome.kind !== 'ok') return
    this.#counts.batchesDone++
    this.#counts.rowsDone += run.batch?.rows ?? 0
  }

  /** Hands out morsels as long as a lane has room for one. */
  #place(): void {
    for (;;) {
      let place: BatchLane | undefined
      const run = this.#queue.next((candidate) => {
        place = this.#roomFor(candidate)
        return place !== undefined
      })
      if (run === undefined || place === undefined) return
      place.start(run.takeMorsel())
    }
  }

  #roomFor(run: BatchRun): BatchLane | undefined {
    let best: BatchLane | undefined
    for (const lane of this.#lanes) {
      if (!lane.hasRoom(run)) continue
      if (best === undefined || lane.morselCount < best.morselCount) best = lane
    }
    return best
  }

  #sweep(): void {
    const now = Date.now()
    this.#sweeps++
    for (const run of this.#runs) if (now >= run.deadlineAt) run.expire(now)
    for (const lane of this.#all) lane.sweep(now, this.#sweeps % IDLE_SWEEPS === 0)
    for (const lane of this.#lanes) {
      if (lane.mode !== 'retiring') continue
      this.#lanes.delete(lane)
      this.#fill()
    }
  }

  #fill(): void {
    if (this.#isStopped || this.#restartTimer !== undefined) return
    while (this.#lanes.size < this.#laneCount) {
      const lane = this.#standby ?? this.#startLane()
      this.#standby = undefined
      if (lane === undefined) return
      this.#lanes.add(lane)
    }
    const isServing = [...this.#lanes].every(({ wasReady }) => wasReady)
    if (this.#hasStandby && isServing) this.#standby ??= this.#startLane()
    this.#place()
  }

  #startLane(): BatchLane | undefined {
    try {
      const lane = new BatchLane(this.#limits, {
        onReady: () => this.#ready(),
        onRoom: () => this.#place(),
        onRunAgain: (run) => {
          this.#queue.add(run)
          this.#place()
        },
        onExit: (gone, exit, fault, culprit) => this.#gone(gone, exit, fault, culprit),
      })
      this.#all.add(lane)
      return lane
    } catch (error) {
      this.#cannotStart(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  #ready(): void {
    this.#restarts = 0
    this.#onFirstReady?.()
    this.#onFirstReady = undefined
    this.#fill()
  }

  #gone(
    lane: BatchLane,
    exit: ProcessExit,
    fault: LaneFault,
    culprit: BatchCulprit | undefined,
  ): void {
    this.#all.delete(lane)
    this.#lanes.delete(lane)
    if (this.#standby === lane) this.#standby = undefined
    const { pid } = lane
    if (exit.killedFor === 'retired') this.#onEvent?.({ kind: 'batch-lane-retired', pid })
    else if (!this.#isStopped) {
      this.#counts.lanesLost++
      const { stderr } = exit
      this.#onEvent?.({ kind: 'batch-lane-lost', pid, fault, stderr, culprit })
      if (culprit !== undefined) this.#strike(culprit)
    }
    if (this.#all.size === 0) this.#onLastExit?.()
    if (!lane.wasReady && !this.#isStopped) this.#cannotStart(exit.stderr || fault.text)
    else this.#fill()
  }

  #cannotStart(reason: string): void {
    const isFirst = this.#onFirstReady !== undefined
    this.#onFirstReady?.(
      sandboxErrors.create('BATCH_START_FAILED', { reason: reason.slice(0, 200) }),
    )
    this.#onFirstReady = undefined
    if (isFirst || this.#isStopped || this.#restartTimer !== undefined) return
    const delay = Math.min(RESTART_DELAY_MS * 2 ** this.#restarts, MAX_RESTART_DELAY_MS)
    this.#restarts++
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = undefined
      this.#fill()
    }, delay)
  }
}

/** Batches of a publisher have no lane to themselves: whom a strike sets apart has no meaning here. */
function striking({ plugin, version }: Pick<BatchCulprit, 'plugin' | 'version'>): StrikingVersion {
  return { plugin, version, publisher: plugin }
}
