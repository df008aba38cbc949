import type { KeptFor } from './recording.ts'
import type { EndedCall } from './watched-call.ts'

/** Alike failures tell the same: this many of one code are kept a minute, for each version and tenant. */
const MAX_ALIKE_A_MINUTE = 10

/** Good calls that are kept a minute, for each version and tenant, whatever share was asked for. */
const MAX_SAMPLED_A_MINUTE = 60

const MINUTE_MS = 60_000

/** Distinct (tenant, version, code) that are told apart; a flood of codes is cut off by it too. */
const MAX_COUNTED = 10_000

/** @returns the share of good calls to keep, in basis points */
export type ShareOf = (tenant: string, plugin: string, version: string) => number

/**
 * Decides which calls are kept: every failure that speaks against its version, within bounds, and the share
 * of the others that the tenant's admin asked for. Holds counts, but no clock and no dice.
 */
export class Keeping {
  readonly #shareOf: ShareOf
  #counts = new Map<string, number>()
  #minute = 0

  constructor(shareOf: ShareOf) {
    this.#shareOf = shareOf
  }

  /** @param draw uniform in [0, 1) */
  reasonToKeep(ended: EndedCall, now: number, draw: number): KeptFor | undefined {
    // What a handler did for that reason, no recording would make it do again.
    const { signal, left, isolate } = ended.guest
    if (signal?.aborted === true || left?.aborted === true) return undefined
    const { plugin, version, tenant } = isolate
    const isFailed = isFault(ended)
    if (!isFailed && draw * 10_000 >= this.#shareOf(tenant, plugin, version)) return undefined
    const key = `${tenant} ${plugin}@${version}`
    if (!isFailed) return this.#take(key, MAX_SAMPLED_A_MINUTE, now) ? 'sampled' : undefined
    const isWithin = this.#take(`${key} ${ended.verdict.code}`, MAX_ALIKE_A_MINUTE, now)
    return isWithin ? 'failed' : undefined
  }

  #take(key: string, limit: number, now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#counts = new Map()
    }
    const count = this.#counts.get(key) ?? (this.#counts.size < MAX_COUNTED ? 0 : limit)
    if (count >= limit) return false
    this.#counts.set(key, count + 1)
    return true
  }
}

/** The version's own fault, or a deadline: what the host or a neighbour did cannot be replayed. */
function isFault({ outcome, verdict }: EndedCall): boolean {
  if (verdict.kind !== 'failed') return false
  if (outcome.kind !== 'failed') return true
  return outcome.blame === 'plugin' || outcome.error.code === 'SBX_DEADLINE_EXCEEDED'
}
