import {
  afterStrike,
  afterSurvival,
  afterWait,
  type Circuit,
  newCircuit,
  recent,
  STRIKE_WINDOW_MS,
} from './circuit.ts'

export interface StrikingVersion {
  readonly plugin: string
  readonly version: string
  readonly publisher: string
}

/** Versions and publishers that are remembered; who struck longest ago is forgotten first. */
const MAX_REMEMBERED = 1000

export type Admission =
  | { readonly kind: 'admitted' }
  /** The one call that a half-open circuit lets through. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'refused'; readonly strikes: number; readonly retryAfterS: number }

export const admitted: Admission = Object.freeze({ kind: 'admitted' })

/**
 * Who cost a lane, and what follows: the publisher's versions run in a lane of their own from the first
 * strike on; the version's circuit opens at the third.
 */
export class Strikes {
  readonly #circuits = new Map<string, Circuit>()
  readonly #probing = new Set<string>()
  readonly #publishers = new Map<string, number>()

  /** @returns how many strikes are held against the version, and whether this one opened its circuit. */
  strike(
    version: StrikingVersion,
    now: number,
  ): { readonly strikes: number; readonly isOpened: boolean } {
    const key = keyOf(version)
    const before = this.#circuits.get(key) ?? newCircuit
    const after = afterStrike(before, now)
    this.#probing.delete(key)
    remember(this.#circuits, key, after)
    remember(this.#publishers, version.publisher, now)
    return {
      strikes: after.strikes.length,
      isOpened: after.state === 'open' && before.state !== 'open',
    }
  }

  /** Whether the publisher's versions are kept apart from everybody else's. */
  isApart(publisher: string, now: number): boolean {
    const at = this.#publishers.get(publisher)
    return at !== undefined && now - at < STRIKE_WINDOW_MS
  }

  admit(version: StrikingVersion, now: number): Admission {
    if (this.#circuits.size === 0) return admitted
    const key = keyOf(version)
    const known = this.#circuits.get(key)
    if (known === undefined) return admitted
    const circuit = afterWait(known, now)
    this.#circuits.set(key, circuit)
    if (circuit.state === 'closed') return admitted
    const strikes = recent(circuit, now).length
    if (circuit.state === 'open') {
      const retryAfterS = Math.max(1, Math.ceil((circuit.openUntil - now) / 1000))
      return { kind: 'refused', strikes, retryAfterS }
    }
    if (this.#probing.has(key)) return { kind: 'refused', strikes, retryAfterS: 1 }
    this.#probing.add(key)
    // However long its rest was: what is tried again is tried apart.
    remember(this.#publishers, version.publisher, now)
    return { kind: 'probe' }
  }

  /**
   * The call that was let through has ended.
   * @param isUnharmed it had its turn, and its lane lives; else nothing is known.
   * @returns whether its circuit is closed by it.
   */
  probeEnded(version: StrikingVersion, isUnharmed: boolean): boolean {
    const key = keyOf(version)
    // A strike has ended the probe already.
    if (!this.#probing.delete(key) || !isUnharmed) return false
    const circuit = this.#circuits.get(key)
    if (circuit === undefined || afterSurvival(circuit) === circuit) return false
    this.#circuits.delete(key)
    return true
  }
}

function keyOf({ plugin, version }: StrikingVersion): string {
  return `${plugin}@${version}`
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next().value
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest)
}
