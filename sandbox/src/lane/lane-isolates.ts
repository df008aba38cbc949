import type { IsolateSpec } from './guest-call.ts'
import type { PendingCall } from './pending-call.ts'

/** Weight of the newest turn in an isolate's expected cost. */
const COST_WEIGHT = 0.2

/** An isolate in a lane, as the host keeps track of it. */
export interface LaneIsolate {
  readonly id: number
  readonly key: string
  readonly spec: IsolateSpec
  readonly calls: Set<PendingCall>
  /** Calls that came while the bundle is being fetched; undefined once the isolate is on its way. */
  unsent: { readonly isolate: LaneIsolate; readonly call: PendingCall }[] | undefined
  /** Told when the isolate was loaded without what was compiled of its bundle. */
  onCompiledRejected: (() => void) | undefined
  /** What a turn takes, learned from those before; undefined before the first. */
  turnCostMs: number | undefined
  /** The most its heap was seen to hold. */
  peakHeapMb: number
  lastUsed: number
  /** Gone for new calls; disposed of when the last old one is over. */
  isDropped: boolean
}

/** What a lane has loaded. The host alone decides what goes, so both sides always agree on what is there. */
export class LaneIsolates {
  readonly #byKey = new Map<string, LaneIsolate>()
  readonly #byId = new Map<number, LaneIsolate>()
  #uses = 0

  get size(): number {
    return this.#byId.size
  }

  get(key: string): LaneIsolate | undefined {
    return this.#byKey.get(key)
  }

  byId(id: number): LaneIsolate | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<LaneIsolate> {
    return this.#byId.values()
  }

  add(id: number, key: string, spec: IsolateSpec): LaneIsolate {
    const isolate: LaneIsolate = {
      id,
      key,
      spec,
      calls: new Set(),
      unsent: [],
      onCompiledRejected: undefined,
      turnCostMs: undefined,
      peakHeapMb: 0,
      lastUsed: 0,
      isDropped: false,
    }
    this.#byKey.set(key, isolate)
    this.#byId.set(id, isolate)
    return isolate
  }

  sawHeap(id: number, heapMb: number): void {
    const isolate = this.#byId.get(id)
    if (isolate !== undefined) isolate.peakHeapMb = Math.max(isolate.peakHeapMb, heapMb)
  }

  touch(isolate: LaneIsolate): void {
    isolate.lastUsed = ++this.#uses
  }

  hide(isolate: LaneIsolate): void {
    isolate.isDropped = true
    if (this.#byKey.get(isolate.key) === isolate) this.#byKey.delete(isolate.key)
  }

  forget(isolate: LaneIsolate): void {
    this.hide(isolate)
    this.#byId.delete(isolate.id)
  }

  /** The one that has not been used for longest, of those nobody works in. */
  leastRecentlyUsed(): LaneIsolate | undefined {
    let oldest: LaneIsolate | undefined
    for (const isolate of this.#byKey.values()) {
      if (isolate.calls.size > 0 || isolate.unsent !== undefined) continue
      if (oldest === undefined || isolate.lastUsed < oldest.lastUsed) oldest = isolate
    }
    return oldest
  }
}

/** A call that asked the host took several turns: each answer was one. */
export function learnTurnCost(isolate: LaneIsolate, cpuUs: number, hostCalls: number): void {
  const turnMs = cpuUs / 1000 / (1 + hostCalls)
  const known = isolate.turnCostMs
  isolate.turnCostMs = known === undefined ? turnMs : known + (turnMs - known) * COST_WEIGHT
}
