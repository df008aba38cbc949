import ivm from 'isolated-vm'
import type { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import { failureOf } from './guest-failure.ts'
import { GuestRealm } from './guest-realm.ts'

/** An isolate with the guest side in it, and no plugin yet. */
export interface GuestShell {
  readonly isolate: ivm.Isolate
  readonly bootstrap: ivm.Script
  readonly realm: GuestRealm
}

/** Manifests that name no limit get this much: so much have the shells that are made ahead. */
const USUAL_HEAP_MB = 64
/** Each holds about a MiB. A second load is seldom so close behind that the first one's place is not filled. */
const KEPT = 2

/**
 * Making an isolate takes three quarters of a load, and is the same for every plugin: a few are made ahead,
 * while the lane has nothing else to do.
 */
export class GuestShells {
  readonly #bootstrap: CompiledScript
  readonly #ready: GuestShell[] = []

  constructor(bootstrap: CompiledScript) {
    this.#bootstrap = bootstrap
  }

  /** @throws GuestFailure */
  take(heapMb: number): GuestShell {
    const ready = heapMb === USUAL_HEAP_MB ? this.#ready.pop() : undefined
    return ready ?? makeShell(heapMb, this.#bootstrap)
  }

  /** Makes one more, when there is room for it. */
  refill(): void {
    if (this.#ready.length < KEPT) this.#ready.push(makeShell(USUAL_HEAP_MB, this.#bootstrap))
  }
}

export function makeShell(heapMb: number, guestSide: CompiledScript): GuestShell {
  const isolate = new ivm.Isolate({ memoryLimit: heapMb })
  try {
    const bootstrap = guestSide.compile(isolate)
    return { isolate, bootstrap, realm: GuestRealm.open(isolate, bootstrap, LOAD_TURN_MS) }
  } catch (error) {
    const failure = failureOf(error, isolate, true)
    if (!isolate.isDisposed) isolate.dispose()
    throw failure
  }
}
