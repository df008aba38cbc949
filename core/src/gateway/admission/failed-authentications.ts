import type { CodedError } from '@signalbox/sdk/errors'
import { type GcraLimit, gcra } from '@signalbox/sdk/host-calls/gcra'
import { coreErrors } from '../../errors.ts'
import { limitedAddress } from '../client-address.ts'

/**
 * Wrong secrets that an address may send. Thirty at once: a plant behind one address where somebody has just changed a
 * key; one in two seconds from then on: 43,000 guesses a day, of secrets of 256 bits.
 */
const LIMIT: GcraLimit = { ratePerS: 0.5, burst: 30 }

/** Addresses that are remembered; beyond it those that failed longest ago are forgotten. About 15 MB. */
const MAX_ADDRESSES = 100_000

/** Whether a refusal by `note` says that there were too many. */
export function isThrottled({ code }: CodedError): boolean {
  return code === 'CORE_AUTHENTICATION_THROTTLED'
}

/**
 * Counts wrong secrets by address. A right one neither counts nor forgives: whoever has a key of their own could else
 * guess another's for ever.
 */
export class FailedAuthentications {
  readonly #tats = new Map<string, number>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that never runs backwards */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Before a secret is looked up where that costs something.
   * @throws CORE_AUTHENTICATION_THROTTLED
   */
  requireOpen(address: string): void {
    // Nobody failed: an address is not even read.
    if (this.#tats.size === 0) return
    const verdict = gcra(LIMIT, this.#tats.get(limitedAddress(address)), this.#now())
    if (!verdict.allowed) throw throttled(verdict.retryAfterMs)
  }

  /**
   * Notes a wrong secret.
   * @param wrong what it is refused with while there are not too many
   * @returns what to refuse it with
   */
  note(address: string, wrong = coreErrors.create('AUTHENTICATION_REQUIRED')): CodedError {
    const name = limitedAddress(address)
    const verdict = gcra(LIMIT, this.#tats.get(name), this.#now())
    if (!verdict.allowed) return throttled(verdict.retryAfterMs)
    this.#tats.delete(name)
    this.#tats.set(name, verdict.tat)
    if (this.#tats.size > MAX_ADDRESSES) this.#forgetOldest()
    return wrong
  }

  get addresses(): number {
    return this.#tats.size
  }

  #forgetOldest(): void {
    const [oldest] = this.#tats.keys()
    if (oldest !== undefined) this.#tats.delete(oldest)
  }
}

function throttled(retryAfterMs: number): CodedError {
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return coreErrors.create('AUTHENTICATION_THROTTLED', {}, { retryAfterS })
}
