import ivm from 'isolated-vm'
import type { LoadRequest } from '../wire/messages.ts'
import type { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import type { OpenRequest } from './guest/runtime.ts'
import { failureOf } from './guest-failure.ts'
import { GuestRealm } from './guest-realm.ts'

/** One plugin version of one tenant, loaded. After a GuestFailure it must be disposed of, never used again. */
export class GuestIsolate {
  readonly realm: GuestRealm
  readonly #isolate: ivm.Isolate
  #cpuNs = 0n

  private constructor(isolate: ivm.Isolate, realm: GuestRealm) {
    this.#isolate = isolate
    this.realm = realm
  }

  /** @throws GuestFailure when the bundle does not run or is no plugin. */
  static load(
    request: LoadRequest,
    bundle: CompiledScript,
    bootstrap: CompiledScript,
    now: number,
  ): GuestIsolate {
    const isolate = new ivm.Isolate({ memoryLimit: request.heapMb })
    try {
      const guestSide = bootstrap.compile(isolate)
      const realm = GuestRealm.open(isolate, guestSide, request.turnMs, LOAD_TURN_MS)
      guestSide.release()
      const script = bundle.compile(isolate)
      realm.start(script, openingOf(request), now, LOAD_TURN_MS)
      script.release()
      return new GuestIsolate(isolate, realm)
    } catch (error) {
      const failure = failureOf(error, isolate)
      disposeQuietly(isolate)
      throw failure
    }
  }

  /** CPU the guest used since the last time this was asked, in microseconds. */
  takeCpuUs(): number {
    if (this.#isolate.isDisposed) return 0
    const total = this.#isolate.cpuTime
    const used = Number(total - this.#cpuNs) / 1000
    this.#cpuNs = total
    return Math.round(used)
  }

  dispose(): void {
    if (this.#isolate.isDisposed) return
    this.realm.close()
    disposeQuietly(this.#isolate)
  }
}

function openingOf(request: LoadRequest): string {
  const { tenant, configJson, maxOutputLength, features, seed } = request
  const opening: OpenRequest = { tenant, configJson, maxOutputLength, features, seed }
  return JSON.stringify(opening)
}

function disposeQuietly(isolate: ivm.Isolate): void {
  if (!isolate.isDisposed) isolate.dispose()
}
