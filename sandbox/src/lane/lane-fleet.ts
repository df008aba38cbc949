import type { ProcessExit } from '../process/guest-process.ts'
import { sandboxErrors } from '../sandbox-errors.ts'
import { Lane } from './lane.ts'
import type { LaneEvents, LaneLimits } from './lane-events.ts'
import type { LaneFault } from './lane-fault.ts'
import type { Culprit } from './lane-loss.ts'

/**
 * To start a process stops the host for 10 to 20 ms, and then computes for half a second: not while the calls of
 * a lost lane come back to life in the one that was warm.
 */
const REFILL_DELAY_MS = 100
/** A lane that ends before it is ready is tried again after this, then twice as long, and so on. */
const RESTART_DELAY_MS = 100
const MAX_RESTART_DELAY_MS = 10_000

export interface FleetEvents extends Pick<LaneEvents<Lane>, 'onRunAgain' | 'onTaint'> {
  /** A lane can serve; the first one of all makes the fleet ready. */
  onReady(): void
  onRoom(lane: Lane): void
  /** The lane takes no new calls any more: it is killed, or retires. */
  onDown(lane: Lane): void
  onGone(lane: Lane, exit: ProcessExit, fault: LaneFault, culprit: Culprit | undefined): void
  /** Lanes may be taken again after some could not start. */
  onRestart(): void
}

/** Makes lanes, and keeps one warm for whoever loses its own. */
export class LaneFleet {
  readonly #limits: LaneLimits
  readonly #events: FleetEvents
  readonly #lanes = new Set<Lane>()
  #standby: Lane | undefined
  #hasServed = false
  #isStopped = false
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined
  #refillTimer: NodeJS.Timeout | undefined
  #onFirstReady: ((error?: Error) => void) | undefined
  #onLastExit: (() => void) | undefined

  constructor(limits: LaneLimits, events: FleetEvents) {
    this.#limits = limits
    this.#events = events
  }

  get lanes(): ReadonlySet<Lane> {
    return this.#lanes
  }

  get standby(): Lane | undefined {
    return this.#standby
  }

  /** Starting is all computing: on few cores the first lane is up sooner when it starts alone. */
  get isUp(): boolean {
    return this.#hasServed
  }

  /** Resolves with the first lane that is ready. @throws SBX_START_FAILED when none comes up. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#onFirstReady = (error) => (error === undefined ? resolve() : reject(error))
    })
  }

  /** The warm lane if there is one, else a new one, which takes calls as soon as it is ready. */
  take(): Lane {
    const lane = this.#standby ?? this.#spawn()
    this.#standby = undefined
    return lane
  }

  /** Keeps one lane warm beyond those that were taken. */
  fillStandby(): void {
    if (this.#standby !== undefined || !this.#hasServed || this.#isStopped) return
    this.#refillTimer ??= setTimeout(() => {
      this.#refillTimer = undefined
      if (!this.#isStopped) this.#standby ??= this.#spawn()
    }, REFILL_DELAY_MS)
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#restartTimer)
    clearTimeout(this.#refillTimer)
    if (this.#lanes.size === 0) return
    const gone = new Promise<void>((resolve) => {
      this.#onLastExit = resolve
    })
    for (const lane of this.#lanes) lane.kill('stopped')
    await gone
  }

  #spawn(): Lane {
    const lane = new Lane(this.#limits, {
      onReady: () => {
        this.#restarts = 0
        this.#hasServed = true
        this.#onFirstReady?.()
        this.#events.onReady()
      },
      onRoom: (roomy) => this.#events.onRoom(roomy),
      onDown: (down) => this.#events.onDown(down),
      onRunAgain: (call) => this.#events.onRunAgain(call),
      onTaint: (culprit) => this.#events.onTaint(culprit),
      onExit: (gone, exit, fault, culprit) => this.#gone(gone, exit, fault, culprit),
    })
    this.#lanes.add(lane)
    return lane
  }

  #gone(lane: Lane, exit: ProcessExit, fault: LaneFault, culprit: Culprit | undefined): void {
    this.#lanes.delete(lane)
    if (this.#standby === lane) this.#standby = undefined
    // First whether lanes may be taken at once: whoever lost this one takes another when it is told.
    if (!lane.wasReady && !this.#isStopped) this.#restartLater(exit, fault)
    this.#events.onGone(lane, exit, fault, culprit)
    if (this.#lanes.size === 0) this.#onLastExit?.()
  }

  /** A lane that cannot even start: the machine is out of something. Hammering it makes that worse. */
  #restartLater(exit: ProcessExit, fault: LaneFault): void {
    const reason = `${fault.text} ${exit.stderr}`.trim().slice(0, 500)
    this.#onFirstReady?.(sandboxErrors.create('START_FAILED', { reason }))
    const delay = Math.min(RESTART_DELAY_MS * 2 ** this.#restarts++, MAX_RESTART_DELAY_MS)
    clearTimeout(this.#restartTimer)
    this.#restartTimer = setTimeout(() => this.#events.onRestart(), delay)
    this.#restartTimer.unref()
  }
}
