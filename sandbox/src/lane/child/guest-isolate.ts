import type ivm from 'isolated-vm'
import { computedUs } from '../../process/turn-cpu.ts'
import type { LoadRequest } from '../wire/messages.ts'
import type { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import type { OpenRequest } from './guest/runtime.ts'
import { failureOf } from './guest-failure.ts'
import { GuestRealm } from './guest-realm.ts'
import type { GuestShell, GuestShells } from './guest-shell.ts'

/**
 * The heap is looked at when the guest has computed for so long since the last look, in microseconds. A look
 * takes 25: half a percent, and none at all for a guest at rest.
 */
const HEAP_EVERY_US = 5000
/** A heap that has grown by less is not worth a frame. */
const HEAP_STEP_KIB = 64

/**
 * One plugin version of one tenant, loaded. Calls run in its one realm, or (`state: "fresh"`) in a realm each.
 * After a GuestFailure it must be disposed of, never used again.
 */
export class GuestIsolate {
  readonly #isolate: ivm.Isolate
  readonly #turnMs: number
  readonly #heapMb: number
  readonly #openJson: string
  /** What each further realm is made from; undefined when there is one for all. */
  readonly #fresh: { readonly bootstrap: ivm.Script; readonly bundle: ivm.Script } | undefined
  /** The realm of all calls, or the one that loading made: it is the first call's. */
  #realm: GuestRealm | undefined
  /** As isolated-vm counts: see turn-cpu.ts. */
  #heldNs = 0n
  #unlookedUs = 0
  #peakHeapKiB = 0

  /** @throws GuestFailure when the bundle does not run or is no plugin. */
  static load(
    request: LoadRequest,
    bundle: CompiledScript,
    shells: GuestShells,
    now: number,
  ): GuestIsolate {
    const began = performance.now()
    const shell = shells.take(request.heapMb)
    let script: ivm.Script | undefined
    try {
      script = bundle.compile(shell.isolate)
      return new GuestIsolate(request, shell, script, now)
    } catch (error) {
      const failure = failureOf(error, shell.isolate, false)
      if (!shell.isolate.isDisposed) {
        failure.loadMs = performance.now() - began
        failure.loadCpuMs = computedUs(Number(shell.isolate.cpuTime) / 1000) / 1000
      }
      throwAway(shell, script)
      throw failure
    }
  }

  private constructor(request: LoadRequest, shell: GuestShell, bundle: ivm.Script, now: number) {
    const { isolate, bootstrap, realm } = shell
    this.#isolate = isolate
    this.#turnMs = request.turnMs
    this.#heapMb = request.heapMb
    this.#openJson = openJsonOf(request)
    realm.start(bundle, this.#openJson, now, LOAD_TURN_MS)
    realm.limitTurns(request.turnMs, request.turnMs)
    this.#realm = realm
    if (request.state === 'fresh') {
      this.#fresh = { bootstrap, bundle }
    } else {
      bootstrap.release()
      bundle.release()
    }
  }

  /** The realm of all calls; undefined when each has its own. */
  get sharedRealm(): GuestRealm | undefined {
    return this.#fresh === undefined ? this.#realm : undefined
  }

  /**
   * A realm for one call alone. Making it is part of the call's first turn, and of that turn's time.
   * @throws GuestFailure
   */
  makeRealm(now: number): GuestRealm {
    const made = this.#realm
    this.#realm = undefined
    if (made !== undefined || this.#fresh === undefined) return made as GuestRealm
    const { bootstrap, bundle } = this.#fresh
    const began = performance.now()
    const left = () => Math.max(1, Math.round(this.#turnMs - (performance.now() - began)))
    let realm: GuestRealm | undefined
    try {
      realm = GuestRealm.open(this.#isolate, bootstrap, left())
      realm.start(bundle, this.#openJson, now, left())
      realm.limitTurns(this.#turnMs, left())
      return realm
    } catch (error) {
      if (realm !== undefined) this.leave(realm)
      throw failureOf(error, this.#isolate, true)
    }
  }

  /** The call is over; nothing it left in variables outlives a realm of its own. */
  leave(realm: GuestRealm): void {
    if (this.#fresh !== undefined && !this.#isolate.isDisposed) realm.close()
  }

  /** CPU the guest used since the last time this was asked, in microseconds. */
  takeCpuUs(): number {
    if (this.#isolate.isDisposed) return 0
    const total = this.#isolate.cpuTime
    const used = computedUs(Math.round(Number(total - this.#heldNs) / 1000))
    this.#heldNs = total
    this.#unlookedUs += used
    return used
  }

  /** @returns the most the heap was seen to hold, in KiB, when that is news; else 0. */
  takeHeapPeak(): number {
    if (this.#unlookedUs < HEAP_EVERY_US) return 0
    return this.lookAtHeap()
  }

  lookAtHeap(): number {
    this.#unlookedUs = 0
    const kib = this.#isolate.isDisposed ? this.#heapMb * 1024 : heapKiB(this.#isolate)
    if (kib < this.#peakHeapKiB + HEAP_STEP_KIB) return 0
    this.#peakHeapKiB = kib
    return kib
  }

  /** References first: a host that forgot them crashed after hours (see the notes on peers). */
  dispose(realms: Iterable<GuestRealm>): void {
    if (this.#isolate.isDisposed) return
    for (const realm of realms) this.leave(realm)
    this.#realm?.close()
    this.#fresh?.bootstrap.release()
    this.#fresh?.bundle.release()
    this.#isolate.dispose()
  }
}

/** References first, as in `dispose`. */
function throwAway(
  { isolate, bootstrap, realm }: GuestShell,
  bundle: ivm.Script | undefined,
): void {
  if (isolate.isDisposed) return
  realm.close()
  bootstrap.release()
  bundle?.release()
  isolate.dispose()
}

function heapKiB(isolate: ivm.Isolate): number {
  const { used_heap_size, externally_allocated_size } = isolate.getHeapStatisticsSync()
  return Math.round((used_heap_size + externally_allocated_size) / 1024)
}

function openJsonOf(request: LoadRequest): string {
  const { tenant, configJson, maxOutputLength, features, seed } = request
  const opening: OpenRequest = { tenant, configJson, maxOutputLength, features, seed }
  return JSON.stringify(opening)
}
