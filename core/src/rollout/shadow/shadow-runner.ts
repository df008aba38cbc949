import type { Arm } from '../cohorts/cohort.ts'
import type { TripKind } from '../judge/hard-trips.ts'
import {
  earnReplays,
  fullReplayBudget,
  type ReplayBudget,
  spendReplay,
} from '../judge/replay-budget.ts'
import { comparePair, type MirroredCall, type Runs } from './mirrored-call.ts'
import {
  aloneIn,
  type ComparedPair,
  emptyShadowTally,
  type MissedReason,
  recordMissed,
  recordPair,
  recordRefused,
  type ShadowTally,
} from './shadow-tally.ts'

/** Calls that wait, and the text they hold. What comes beyond is left out, and counted. */
const MAX_WAITING = 32
const MAX_WAITING_LENGTH = 8 * 1024 * 1024
/** Larger ones are not compared: parsing three answers of it takes 5 ms of the host's thread. */
export const MAX_ANSWER_LENGTH = 256 * 1024
/** With the first pair nine: by the formula of shadow-verdict.ts one call alone proves nothing, and two do. */
const MAX_REPEATS = 8
/** While the lanes are busy, one call waits for so long, looked at so often; then it is left out. */
const BUSY_LOOKS = 20
const BUSY_PAUSE_MS = 50

interface Ports {
  /** Whether calls that somebody waits for would have to wait for this. */
  readonly isBusy: () => boolean
  /** Whether the rollout still compares: asked before each run. */
  readonly isLive: (call: Pick<MirroredCall, 'rollout' | 'plugin'>) => boolean
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly pause: (ms: number) => Promise<void>
  /** A version could not be loaded, was killed or broke its contract, and the other one was well. */
  readonly onTrip: (rollout: string, arm: Arm, kind: TripKind) => void
  readonly log: { warn(fields: object, message: string): void }
}

interface Seen {
  tally: ShadowTally
  changes: number
}

/**
 * Runs answered calls again, one at a time on a node and after their callers were answered: on stable and on
 * the new version, in an order that a coin gives. Holds what this node has seen, but no connection.
 */
export class ShadowRunner {
  readonly #ports: Ports
  readonly #waiting: MirroredCall[] = []
  readonly #seen = new Map<string, Seen>()
  #length = 0
  #repeats: ReplayBudget = fullReplayBudget
  #working: Promise<void> | undefined
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Room for one more without leaving anything out. */
  get isIdle(): boolean {
    return this.#waiting.length === 0
  }

  seenOf(rollout: string): Readonly<Seen> {
    return this.#seenOf(rollout)
  }

  forget(rollout: string): void {
    this.#seen.delete(rollout)
  }

  rollouts(): readonly string[] {
    return [...this.#seen.keys()]
  }

  /** Returns at once; nothing of the call begins before what now runs has been answered. */
  offer(call: MirroredCall): void {
    if (this.#isStopped) return
    if (call.answer.kind === 'answered' && call.answer.json.length > MAX_ANSWER_LENGTH) {
      this.#missed(call.rollout, 'large')
      return
    }
    const isFull =
      this.#waiting.length >= MAX_WAITING || this.#length + call.length > MAX_WAITING_LENGTH
    if (isFull) {
      this.#missed(call.rollout, 'full')
      return
    }
    this.#waiting.push(call)
    this.#length += call.length
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  /** Resolves when the run under way is over; what waits is dropped. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#waiting.length = 0
    await this.#working
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      this.#length -= call.length
      try {
        await this.#compare(call)
      } catch (err) {
        // Of our own making: a comparison that fails is told, and is no answer of either version.
        this.#ports.log.warn({ err, rollout: call.rollout }, 'a shadow call cannot be compared')
        this.#missed(call.rollout, 'unable')
      }
    }
  }

  async #compare(call: MirroredCall): Promise<void> {
    for (let repeats = 0; repeats <= MAX_REPEATS; repeats++) {
      const pair = await this.#pairOf(call, repeats === 0)
      if (pair === undefined || !this.#isSuspicious(call.rollout, pair)) return
      const left = spendReplay(this.#repeats)
      if (left === undefined) return
      this.#repeats = left
    }
  }

  /** @returns undefined where nothing was compared */
  async #pairOf(call: MirroredCall, isFirst: boolean): Promise<ComparedPair | undefined> {
    if (!this.#isOn(call)) return undefined
    if (await this.#staysBusy()) {
      if (isFirst) this.#missed(call.rollout, 'busy')
      return undefined
    }
    const runs = await this.#runBoth(call)
    if (runs === undefined) return undefined
    const pair = comparePair(call, runs)
    if (pair === undefined) {
      if (isFirst) this.#missed(call.rollout, 'unable')
      return undefined
    }
    if (isFirst) this.#repeats = earnReplays(this.#repeats, 1)
    this.#count(call, pair, runs, isFirst ? call.kind : 'repeat')
    return pair
  }

  #isOn(call: MirroredCall): boolean {
    return !this.#isStopped && this.#ports.isLive(call)
  }

  async #runBoth(call: MirroredCall): Promise<Runs | undefined> {
    const first = this.#ports.random() < 0.5 ? 'stable' : 'canary'
    const one = await call.run(first)
    if (!this.#isOn(call)) return undefined
    const other = await call.run(first === 'stable' ? 'canary' : 'stable')
    return first === 'stable' ? { stable: one, canary: other } : { stable: other, canary: one }
  }

  #count(
    { rollout }: MirroredCall,
    pair: ComparedPair,
    { stable, canary }: Runs,
    kind: 'live' | 'replay' | 'repeat',
  ): void {
    const seen = this.#seenOf(rollout)
    seen.tally = recordPair(seen.tally, pair, kind)
    for (const name of new Set(canary.refused)) seen.tally = recordRefused(seen.tally, name)
    seen.changes += 1
    // A payload that both stumble over speaks against neither.
    const isWell = ({ answer }: Runs[Arm]) => answer.kind === 'answered'
    if (canary.trip !== undefined && isWell(stable)) {
      this.#ports.onTrip(rollout, 'canary', canary.trip)
    }
    if (stable.trip !== undefined && isWell(canary)) {
      this.#ports.onTrip(rollout, 'stable', stable.trip)
    }
  }

  /** The new version alone differs, where stable never was seen to: noise is not worth asking nine times. */
  #isSuspicious(rollout: string, { canary, stable }: ComparedPair): boolean {
    const { paths } = this.#seenOf(rollout).tally
    return aloneIn(canary, stable).some((path) => paths[path]?.stable === 0)
  }

  async #staysBusy(): Promise<boolean> {
    for (let look = 0; look < BUSY_LOOKS; look++) {
      if (!this.#ports.isBusy()) return false
      await this.#ports.pause(BUSY_PAUSE_MS)
    }
    return this.#ports.isBusy()
  }

  #missed(rollout: string, reason: MissedReason): void {
    const seen = this.#seenOf(rollout)
    seen.tally = recordMissed(seen.tally, reason)
    seen.changes += 1
  }

  #seenOf(rollout: string): Seen {
    const seen = this.#seen.get(rollout) ?? { tally: emptyShadowTally, changes: 0 }
    this.#seen.set(rollout, seen)
    return seen
  }
}
