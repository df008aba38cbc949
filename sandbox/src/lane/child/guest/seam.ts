import type { Call } from './call.ts'
import type { Digest } from './digest.ts'
import { guestLimits } from './guest-limits.ts'
import type { GuestClock } from './harden.ts'
import type { Primordials } from './primordials.ts'
import type { GuestRandom } from './random.ts'

/** What the guest side shares with the web standards of a bundle; see `GuestSeam` of the SDK. */
export interface SeamSource {
  readonly clock: GuestClock
  readonly digest: Digest
  current(): Call | undefined
  random(): GuestRandom
  /** Ends the call whose turn it is, if the error is one of a limit or of the host. */
  fail(error: unknown): void
}

/**
 * What the web standards that `signalbox pack` links into a bundle (sdk/src/guest) need of the guest side. It
 * stands on the global object while the bundle loads and not a moment longer. A plugin that takes hold of it
 * has gained nothing: each host call is judged by the host, and the rest is its own call's.
 */
export function guestSeam(p: Primordials, source: SeamSource): object {
  const seam = p.dictionary<unknown>()
  /** Whose turn it is; one object for all of a call, to keep its timers by. */
  seam.call = () => source.current()?.identity
  seam.now = () => source.clock.now
  seam.hostCall = (name: string, body: unknown): Promise<unknown> => {
    const call = source.current()
    if (call !== undefined) return call.hostCall(name, body)
    return new p.Promise((_, reject) => {
      reject(
        new p.TypeError(`A module that loads cannot ask the host for ${name}: ask in a handler`),
      )
    })
  }
  seam.fill = (bytes: Uint8Array) => source.random().fill(bytes)
  seam.digest = (algorithm: string, bytes: Uint8Array) => source.digest.of(algorithm, bytes)
  /** Of a limit that a web standard counts itself. */
  seam.limitError = (name: string, reached: number, limit: number, what: string): Error =>
    source.current()?.limitError(name, reached, limit, what) ?? new p.Error(what)
  /** Of a host call that nobody awaits: a timer without its sleep would never fire, and its call never end. */
  seam.fail = (error: unknown) => source.fail(error)
  seam.maxTimers = guestLimits.timers
  /** An error that nobody can catch: thrown by the callback of a timer. */
  seam.report = (message: string, stack: string) =>
    source.current()?.log('error', message, { stack })
  return p.freeze(seam)
}
