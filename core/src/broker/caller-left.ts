import type { GuestCall, WatchedSignal } from '@signalbox/sandbox'
import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import type { TripKind } from '../rollout/judge/hard-trips.ts'
import type { AttemptOutcome } from '../rollout/judge/judged-call.ts'

/**
 * Whoever asked has left before the answer. It is looked at, not listened to: a call pays for it nothing but the
 * object. Once seen it stays so, whatever becomes of the connection.
 */
export class CallerLeft implements WatchedSignal {
  readonly #hasLeft: () => boolean
  #reason: CodedError | undefined

  constructor(hasLeft: () => boolean) {
    this.#hasLeft = hasLeft
  }

  get aborted(): boolean {
    if (this.#reason !== undefined) return true
    if (!this.#hasLeft()) return false
    this.#reason = coreErrors.create('CALLER_LEFT')
    return true
  }

  get reason(): CodedError | undefined {
    return this.aborted ? this.#reason : undefined
  }
}

/**
 * For what a handler asks of another one: that the first was cancelled. One whose own deadline passed has not left:
 * the other's passes with it, and who of them was late is told apart by that.
 */
export function leftWith(signal: AbortSignal): CallerLeft {
  return new CallerLeft(() => signal.aborted && signal.reason instanceof CodedError)
}

/**
 * What a caller that leaves does to a call: one that only reads ends at once. Another may be half way through what
 * it changes: its handler is told, and decides; one that has not begun does not.
 */
export function watchedFor(
  { definition }: Pick<CompiledOperation, 'definition'>,
  left: WatchedSignal | undefined,
): Pick<GuestCall, 'signal' | 'left'> {
  return definition.safe === true ? { signal: left } : { left }
}

interface Seen {
  readonly outcome: AttemptOutcome
  readonly trip: TripKind | undefined
}

/**
 * Whatever came of a call that nobody waited for speaks neither for nor against its version: if the good ends
 * counted and the bad ones did not, every version would look better than it is.
 */
export function unheard<Judged extends Seen>(
  judged: Judged,
  left: WatchedSignal | undefined,
): Judged {
  return left?.aborted === true ? { ...judged, outcome: 'unjudged', trip: undefined } : judged
}
