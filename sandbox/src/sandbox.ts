import { availableParallelism } from 'node:os'
import type { GuestCall, GuestOutcome } from './lane/guest-call.ts'
import type { Lane } from './lane/lane.ts'
import type { LaneLimits } from './lane/lane-events.ts'
import type { LaneFault } from './lane/lane-fault.ts'
import { LaneFleet } from './lane/lane-fleet.ts'
import type { Culprit } from './lane/lane-loss.ts'
import { LanePool } from './lane/lane-pool.ts'
import { maxPayloadLength } from './lane/outcomes.ts'
import { PendingCall } from './lane/pending-call.ts'
import type { ProcessExit } from './process/guest-process.ts'
import { sandboxErrors } from './sandbox-errors.ts'
import { circuitError } from './schedule/circuit-error.ts'
import { Strikes } from './schedule/strikes.ts'

/** How often deadlines, turns and memory are looked at; an attack grew by 50 MB between two looks. */
const SWEEP_MS = 25
/** A lane at rest is measured and pinged every so many sweeps. */
const IDLE_SWEEPS = 40
/** A lane that a publisher or the suspects have for themselves ends after so long a rest. */
const APART_IDLE_MS = 60_000

export interface SandboxOptions extends Partial<LaneLimits> {
  /** Processes that run guests of all publishers; one more is kept warm. Default: one a core. */
  readonly lanes?: number
  /** Publishers that may have a lane for themselves at once; those beyond share one, a call at a time. */
  readonly maxPublisherLanes?: number
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
  /** A version cost its lane so often that it is not called for a while. */
  | { readonly kind: 'circuit-opened'; readonly culprit: Culprit; readonly strikes: number }
  | { readonly kind: 'circuit-closed'; readonly plugin: string; readonly version: string }

export interface SandboxStats {
  readonly lanes: readonly {
    readonly pid: number
    readonly mode: Lane['mode']
    /** Whom it serves: `shared`, `standby`, `suspect`, `apart`, a publisher, or `none` when it is about to end. */
    readonly pool: string
    readonly isolates: number
    readonly calls: number
    readonly residentMb: number
  }[]
  readonly queued: number
  readonly lanesLost: number
  readonly lanesRetired: number
  readonly isolatesDropped: number
  readonly circuitsOpened: number
}

/** Defaults of research on a 2-core machine: see the README of this folder for each number. */
const defaults = {
  useNodeSnapshot: false,
  niceness: 10,
  hardenGuests: true,
  maxResidentMb: 512,
  retireResidentMb: 384,
  maxIsolates: 150,
  maxLoads: 5000,
  maxQueued: 2048,
  maxQueuedPerTenant: 512,
  maxPublisherLanes: 8,
}

/**
 * Runs guest calls in lanes: child processes that are killed and replaced when a guest does not keep its
 * limits. Nothing of a guest ever runs, or is parsed as more than JSON, in this process.
 */
export class Sandbox {
  readonly #options: typeof defaults & Pick<SandboxOptions, 'onEvent' | 'log'>
  readonly #fleet: LaneFleet
  readonly #shared: LanePool
  /** Calls that lost their lane, one at a time: if it happens again, it was them. */
  readonly #suspects: LanePool
  /** For calls that nobody waits for. */
  readonly #apart: LanePool
  readonly #servedApart = new WeakSet<Lane>()
  readonly #publishers = new Map<string, LanePool>()
  readonly #strikes = new Strikes()
  readonly #sweeper: NodeJS.Timeout
  #sweeps = 0
  #isStopped = false
  readonly #counts = { lanesLost: 0, lanesRetired: 0, isolatesDropped: 0, circuitsOpened: 0 }

  private constructor(options: SandboxOptions) {
    this.#options = { ...defaults, ...options }
    this.#fleet = new LaneFleet(this.#options, {
      onReady: () => this.#fill(),
      onRestart: () => this.#fill(),
      onRoom: (lane) => this.#poolOf(lane)?.serve(),
      onDown: (lane) => this.#leave(lane),
      onRunAgain: (pending) => this.#runAgain(pending),
      onTaint: (culprit) => {
        this.#counts.isolatesDropped++
        this.#tell({ kind: 'isolate-dropped', culprit })
      },
      onGone: (lane, exit, fault, culprit) => this.#laneGone(lane, exit, fault, culprit),
    })
    this.#shared = this.#pool('shared', Math.max(1, options.lanes ?? availableParallelism()))
    this.#suspects = this.#pool('suspect', 1, true)
    this.#apart = this.#pool('apart', 1)
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
  }

  /** Ready when the first lane is; the others follow. Rejects with SBX_START_FAILED when none comes up. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = new Sandbox(options)
    const ready = sandbox.#fleet.ready()
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
      const now = Date.now()
      const { plugin, version } = call.isolate
      const pending = new PendingCall(call, now, resolve)
      if (this.#isStopped) {
        this.#tellStopped(pending)
        return
      }
      if (pending.isCancelled) {
        pending.failed(pending.lateError(now), 'host')
        return
      }
      const limit = maxPayloadLength(call.isolate)
      const reached = call.inputJson.length
      if (reached > limit) {
        const parameters = { plugin, version, limit, reached }
        pending.failed(sandboxErrors.create('INPUT_TOO_LARGE', parameters), 'host')
        return
      }
      if (this.#isAdmitted(pending, now)) this.#poolFor(pending, now).accept(pending, now)
    })
  }

  /** Forgets the isolates of a plugin, or of one version: those at work end after their last call. */
  drop(plugin: string, version?: string): void {
    for (const lane of this.#fleet.lanes) {
      lane.drop(
        (spec) => spec.plugin === plugin && (version === undefined || spec.version === version),
      )
    }
  }

  stats(): SandboxStats {
    const pools = this.#pools()
    return {
      lanes: [...this.#fleet.lanes].map((lane) => ({
        pid: lane.pid,
        mode: lane.mode,
        pool: lane === this.#fleet.standby ? 'standby' : (this.#poolOf(lane)?.name ?? 'none'),
        isolates: lane.isolateCount,
        calls: lane.callCount,
        residentMb: Math.round(lane.residentMb),
      })),
      queued: pools.reduce((sum, pool) => sum + pool.queued, 0),
      ...this.#counts,
    }
  }

  /** Ends every lane and answers what still waits. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweeper)
    for (const pool of this.#pools()) {
      for (const pending of pool.takeOut(() => true)) this.#tellStopped(pending)
    }
    await this.#fleet.stop()
  }

  #pools(): LanePool[] {
    return [this.#shared, this.#suspects, this.#apart, ...this.#publishers.values()]
  }

  #poolOf(lane: Lane): LanePool | undefined {
    if (this.#shared.lanes.includes(lane)) return this.#shared
    return this.#pools().find((pool) => pool.lanes.includes(lane))
  }

  #pool(name: string, wanted: number, isExclusive = false): LanePool {
    const { maxQueued, maxQueuedPerTenant } = this.#options
    return new LanePool({
      name,
      wanted,
      isExclusive,
      maxTotal: maxQueued,
      maxPerTenant: maxQueuedPerTenant,
      takeLane: () => this.#fleet.take(),
    })
  }

  /** Whether its version may be called at all; else it is answered. */
  #isAdmitted(pending: PendingCall, now: number): boolean {
    const { isolate } = pending.call
    const admission = this.#strikes.admit(isolate, now)
    const error = circuitError(isolate, admission)
    if (error !== undefined) {
      pending.failed(error, 'plugin')
      return false
    }
    if (admission.kind === 'probe') {
      pending.onOver = (isUnharmed) => this.#probeEnded(pending, isUnharmed)
    }
    return true
  }

  #probeEnded({ call }: PendingCall, isUnharmed: boolean): void {
    const { plugin, version } = call.isolate
    if (!this.#strikes.probeEnded(call.isolate, isUnharmed)) return
    this.#tell({ kind: 'circuit-closed', plugin, version })
  }

  #poolFor({ call, losses }: PendingCall, now: number): LanePool {
    const { publisher, features } = call.isolate
    if (call.apart === true && features.length === 0) return this.#opened(this.#apart)
    if (losses > 0) return this.#opened(this.#suspects)
    if (features.length === 0 && !this.#strikes.isApart(publisher, now)) return this.#shared
    const known = this.#publishers.get(publisher)
    if (known !== undefined) return this.#opened(known)
    if (this.#publishers.size >= this.#options.maxPublisherLanes) {
      return this.#opened(this.#suspects)
    }
    const pool = this.#pool(publisher, 1)
    this.#publishers.set(publisher, pool)
    return this.#opened(pool)
  }

  /** A pool that has no lane yet, or has given it back, takes the warm one. */
  #opened(pool: LanePool): LanePool {
    if (pool.lanes.length === 0) {
      pool.fill()
      this.#fleet.fillStandby()
    }
    return pool
  }

  #runAgain(pending: PendingCall): void {
    const now = Date.now()
    if (this.#isStopped) this.#tellStopped(pending)
    else this.#poolFor(pending, now).accept(pending, now)
  }

  #tellStopped(pending: PendingCall): void {
    const { plugin, version } = pending.call.isolate
    pending.failed(sandboxErrors.create('STOPPED', { plugin, version }), 'host')
  }

  #sweep(): void {
    const now = Date.now()
    this.#sweeps++
    for (const lane of this.#fleet.lanes) lane.sweep(now, this.#sweeps % IDLE_SWEEPS === 0)
    for (const pool of this.#pools()) {
      for (const late of pool.takeOut(({ deadlineAt }) => now >= deadlineAt)) {
        late.failed(late.lateError(now), 'host')
      }
      if (pool !== this.#shared) this.#closeIfIdle(pool, now)
    }
  }

  #closeIfIdle(pool: LanePool, now: number): void {
    if (!pool.isIdle || now - pool.usedAt < APART_IDLE_MS) return
    // The suspects' pool stays, whatever a publisher is called.
    if (this.#publishers.get(pool.name) === pool) this.#publishers.delete(pool.name)
    for (const lane of [...pool.lanes]) lane.retire()
  }

  /** The lane's place is taken by the warm one at once; it finishes its calls beside it, or dies. */
  #leave(lane: Lane): void {
    const pool = this.#poolOf(lane)
    if (pool === undefined) return
    pool.remove(lane)
    if (pool === this.#apart) this.#servedApart.add(lane)
    if (this.#isStopped) return
    if (pool === this.#shared || pool.queued > 0) pool.fill()
    this.#fleet.fillStandby()
  }

  #fill(): void {
    if (this.#isStopped) return
    this.#shared.fill(this.#fleet.isUp ? undefined : 1)
    for (const pool of this.#pools()) {
      if (pool !== this.#shared && pool.queued > 0) this.#opened(pool).serve()
    }
    this.#fleet.fillStandby()
  }

  #laneGone(lane: Lane, exit: ProcessExit, fault: LaneFault, culprit: Culprit | undefined): void {
    const { pid } = lane
    const pool = this.#poolOf(lane)
    const isApart = pool === this.#apart || this.#servedApart.has(lane)
    if (exit.killedFor === 'retired') {
      this.#counts.lanesRetired++
      this.#tell({ kind: 'lane-retired', pid })
    } else if (exit.killedFor !== 'stopped') {
      this.#counts.lanesLost++
      this.#tell({ kind: 'lane-lost', pid, fault, stderr: exit.stderr, culprit })
      // What was lost beside nobody's calls needs no lane for its publisher alone: whoever tried it is told.
      if (culprit !== undefined && !isApart) this.#strike(culprit)
    }
    pool?.remove(lane)
    // One that could not start is tried again later: see the fleet.
    if (lane.wasReady) this.#fill()
  }

  /** From now on the publisher's versions have a lane to themselves; what waits for others' lanes moves there. */
  #strike(culprit: Culprit): void {
    const now = Date.now()
    const { strikes, isOpened } = this.#strikes.strike(culprit, now)
    if (isOpened) {
      this.#counts.circuitsOpened++
      this.#tell({ kind: 'circuit-opened', culprit, strikes })
    }
    const { publisher } = culprit
    for (const lane of this.#shared.lanes) lane.drop((spec) => spec.publisher === publisher)
    const waiting = this.#shared.takeOut(({ call }) => call.isolate.publisher === publisher)
    for (const pending of waiting) {
      if (this.#isAdmitted(pending, now)) this.#poolFor(pending, now).accept(pending, now)
    }
  }

  #tell(event: SandboxEvent): void {
    const { kind, ...fields } = event
    const isNews = kind !== 'lane-retired' && kind !== 'circuit-closed'
    this.#options.log?.[isNews ? 'warn' : 'info'](fields, kind)
    this.#options.onEvent?.(event)
  }
}
