import { availableParallelism } from 'node:os'
import type { GuestCall, GuestOutcome } from './lane/guest-call.ts'
import { Lane, type LaneLimits } from './lane/lane.ts'
import type { LaneFault } from './lane/lane-fault.ts'
import type { Culprit } from './lane/lane-loss.ts'
import type { LaneExit } from './lane/lane-process.ts'
import { deadlineError, maxPayloadLength } from './lane/outcomes.ts'
import { PendingCall } from './lane/pending-call.ts'
import { TenantQueue } from './lane/tenant-queue.ts'
import { sandboxErrors } from './sandbox-errors.ts'

/** How often deadlines, turns and memory are looked at; an attack grew by 50 MB between two looks. */
const SWEEP_MS = 25
/** A lane at rest is measured and pinged every so many sweeps. */
const IDLE_SWEEPS = 40
/** A lane that ends before it is ready is tried again after this, then twice as long, and so on. */
const RESTART_DELAY_MS = 100
const MAX_RESTART_DELAY_MS = 10_000
/** What a caller is told to wait when the lines are full: they hold about a second of work. */
const RETRY_AFTER_S = 1

export interface SandboxOptions extends Partial<LaneLimits> {
  /** Processes that run guests; one more is kept warm. Default: one a core. */
  readonly lanes?: number
  readonly maxQueued?: number
  readonly maxQueuedPerTenant?: number
  onEvent?(event: SandboxEvent): void
  /** Where the same events go as lines; a pino logger fits. */
  readonly log?: SandboxLog
}

export interface SandboxLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export type SandboxEvent =
  /** A lane ended though nobody asked it to. `culprit` is the version whose turn it was, when that is certain. */
  | {
      readonly kind: 'lane-lost'
      readonly pid: number
      readonly fault: LaneFault
      readonly stderr: string
      readonly culprit: Culprit | undefined
    }
  | { readonly kind: 'lane-retired'; readonly pid: number }
  /** An isolate was dropped after a turn, memory or deadline limit; its lane lives. */
  | { readonly kind: 'isolate-dropped'; readonly culprit: Culprit }

export interface SandboxStats {
  readonly lanes: readonly {
    readonly pid: number
    readonly mode: Lane['mode']
    readonly isolates: number
    readonly calls: number
    readonly residentMb: number
  }[]
  readonly queued: number
  readonly lanesLost: number
  readonly lanesRetired: number
  readonly isolatesDropped: number
}

/** Defaults of research on a 2-core machine: see the README of this folder for each number. */
const defaults = {
  useNodeSnapshot: false,
  hardenGuests: true,
  niceness: 10,
  maxResidentMb: 512,
  retireResidentMb: 384,
  maxIsolates: 150,
  maxLoads: 5000,
  maxQueued: 2048,
  maxQueuedPerTenant: 512,
}

/**
 * Runs guest calls in lanes: child processes that are killed and replaced when a guest does not keep its
 * limits. Nothing of a guest ever runs, or is parsed as more than JSON, in this process.
 */
export class Sandbox {
  readonly #options: typeof defaults & Pick<SandboxOptions, 'onEvent' | 'log'>
  readonly #laneCount: number
  readonly #lanes: Lane[] = []
  readonly #all = new Set<Lane>()
  readonly #queue: TenantQueue<PendingCall>
  readonly #sweeper: NodeJS.Timeout
  #standby: Lane | undefined
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined
  #sweeps = 0
  #isStopped = false
  #isUp = false
  #onFirstReady: ((error?: Error) => void) | undefined
  #onLastExit: (() => void) | undefined
  readonly #counts = { lanesLost: 0, lanesRetired: 0, isolatesDropped: 0 }

  private constructor(options: SandboxOptions) {
    this.#options = { ...defaults, ...options }
    this.#laneCount = Math.max(1, options.lanes ?? availableParallelism())
    this.#queue = new TenantQueue({
      maxTotal: this.#options.maxQueued,
      maxPerTenant: this.#options.maxQueuedPerTenant,
    })
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** Ready when the first lane is; the others follow. Rejects with SBX_START_FAILED when none comes up. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = new Sandbox(options)
    const ready = new Promise<void>((resolve, reject) => {
      sandbox.#onFirstReady = (error) => (error === undefined ? resolve() : reject(error))
    })
    sandbox.#fill()
    try {
      await ready
      return sandbox
    } catch (error) {
      await sandbox.stop()
      throw error
    }
  }

  /** Never rejects: whatever becomes of the call is its outcome. */
  call(call: GuestCall): Promise<GuestOutcome> {
    return new Promise((resolve) => {
      const pending = new PendingCall(call, Date.now(), resolve)
      const { plugin, version } = call.isolate
      if (this.#isStopped) {
        pending.failed(sandboxErrors.create('STOPPED', { plugin, version }), 'host')
        return
      }
      const limit = maxPayloadLength(call.isolate)
      const reached = call.inputJson.length
      if (reached > limit) {
        const parameters = { plugin, version, limit, reached }
        pending.failed(sandboxErrors.create('INPUT_TOO_LARGE', parameters), 'host')
        return
      }
      this.#accept(pending)
    })
  }

  /** Forgets the isolates of a plugin, or of one version: those at work end after their last call. */
  drop(plugin: string, version?: string): void {
    for (const lane of this.#all) {
      lane.drop(
        (spec) => spec.plugin === plugin && (version === undefined || spec.version === version),
      )
    }
  }

  stats(): SandboxStats {
    return {
      lanes: [...this.#all].map((lane) => ({
        pid: lane.pid,
        mode: lane.mode,
        isolates: lane.isolateCount,
        calls: lane.callCount,
        residentMb: Math.round(lane.residentMb),
      })),
      queued: this.#queue.size,
      ...this.#counts,
    }
  }

  /** Ends every lane and answers what still waits. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweeper)
    clearTimeout(this.#restartTimer)
    for (const pending of this.#queue.remove(() => true)) this.#tellStopped(pending)
    if (this.#all.size === 0) return
    const gone = new Promise<void>((resolve) => {
      this.#onLastExit = resolve
    })
    for (const lane of this.#all) lane.kill('stopped')
    await gone
  }

  #accept(pending: PendingCall): void {
    // Who waits already goes first.
    if (this.#queue.size === 0 && this.#place(pending)) return
    const full = this.#queue.add(pending)
    if (full === undefined) return
    const { plugin, version } = pending.call.isolate
    const parameters = { plugin, version, ...full }
    const error = sandboxErrors.create('BUSY', parameters, { retryAfterS: RETRY_AFTER_S })
    pending.failed(error, 'host')
  }

  /** A lane that holds the isolate goes before one that must load it; among equals, the least loaded. */
  #place(pending: PendingCall): boolean {
    let best: Lane | undefined
    let bestScore = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes) {
      if (!lane.hasRoom(pending)) continue
      const score = (lane.holds(pending.key) ? 0 : 1_000_000) + lane.backlogMs + lane.callCount
      if (score < bestScore) {
        best = lane
        bestScore = score
      }
    }
    best?.start(pending)
    return best !== undefined
  }

  #serveQueue(): void {
    if (this.#queue.size > 0) this.#queue.serve((pending) => this.#place(pending))
  }

  #runAgain(pending: PendingCall): void {
    if (this.#isStopped) this.#tellStopped(pending)
    else this.#accept(pending)
  }

  #tellStopped(pending: PendingCall): void {
    const { plugin, version } = pending.call.isolate
    pending.failed(sandboxErrors.create('STOPPED', { plugin, version }), 'host')
  }

  #sweep(): void {
    const now = Date.now()
    this.#sweeps++
    for (const lane of this.#all) lane.sweep(now, this.#sweeps % IDLE_SWEEPS === 0)
    if (this.#queue.size > 0) {
      for (const late of this.#queue.remove(({ deadlineAt }) => now >= deadlineAt)) {
        const { isolate, deadlineMs } = late.call
        late.failed(deadlineError(isolate, deadlineMs, now - late.acceptedAt), 'host')
      }
    }
    this.#replaceRetiring()
  }

  /** A lane that retires makes room for the standby at once; it finishes its calls beside it. */
  #replaceRetiring(): void {
    if (!this.#lanes.some(({ mode }) => mode === 'retiring')) return
    this.#lanes.splice(
      0,
      this.#lanes.length,
      ...this.#lanes.filter(({ mode }) => mode !== 'retiring'),
    )
    this.#fill()
  }

  /** As many lanes as wanted, the standby first, and then a new standby. */
  #fill(): void {
    // Starting is all computing: on few cores the first lane is up sooner when it starts alone.
    const wanted = this.#isUp ? this.#laneCount : 1
    while (!this.#isStopped && this.#lanes.length < wanted) {
      this.#lanes.push(this.#standby ?? this.#spawn())
      this.#standby = undefined
    }
    if (!this.#isStopped && this.#isUp) this.#standby ??= this.#spawn()
    this.#serveQueue()
  }

  #spawn(): Lane {
    const lane = new Lane(this.#options, {
      onReady: () => {
        this.#restarts = 0
        this.#isUp = true
        this.#onFirstReady?.()
        this.#fill()
      },
      onRoom: () => this.#serveQueue(),
      onRunAgain: (pending) => this.#runAgain(pending),
      onTaint: (culprit) => {
        this.#counts.isolatesDropped++
        this.#tell({ kind: 'isolate-dropped', culprit })
      },
      onExit: (gone, exit, fault, culprit) => this.#laneGone(gone, exit, fault, culprit),
    })
    this.#all.add(lane)
    return lane
  }

  #laneGone(lane: Lane, exit: LaneExit, fault: LaneFault, culprit: Culprit | undefined): void {
    const { pid } = lane
    this.#all.delete(lane)
    const place = this.#lanes.indexOf(lane)
    if (place >= 0) this.#lanes.splice(place, 1)
    if (this.#standby === lane) this.#standby = undefined
    if (exit.killedFor === 'retired') {
      this.#counts.lanesRetired++
      this.#tell({ kind: 'lane-retired', pid })
    } else if (exit.killedFor !== 'stopped') {
      this.#counts.lanesLost++
      this.#tell({ kind: 'lane-lost', pid, fault, stderr: exit.stderr, culprit })
    }
    if (this.#all.size === 0) this.#onLastExit?.()
    if (this.#isStopped) return
    if (lane.wasReady) this.#fill()
    else this.#restartLater(exit, fault)
  }

  #tell(event: SandboxEvent): void {
    const { kind, ...fields } = event
    if (kind === 'lane-retired') this.#options.log?.info(fields, kind)
    else this.#options.log?.warn(fields, kind)
    this.#options.onEvent?.(event)
  }

  /** A lane that cannot even start: the machine is out of something. Hammering it makes that worse. */
  #restartLater(exit: LaneExit, fault: LaneFault): void {
    const reason = `${fault.text} ${exit.stderr}`.trim().slice(0, 500)
    this.#onFirstReady?.(sandboxErrors.create('START_FAILED', { reason }))
    const delay = Math.min(RESTART_DELAY_MS * 2 ** this.#restarts++, MAX_RESTART_DELAY_MS)
    clearTimeout(this.#restartTimer)
    this.#restartTimer = setTimeout(() => this.#fill(), delay)
    this.#restartTimer.unref()
  }
}
