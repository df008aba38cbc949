import type { InputFault } from '@signalbox/sdk/errors'
import { hostUnits, isCurrency } from '@signalbox/sdk/plan-terms'
import type { Offered } from './service-operations.ts'

/** A count of calls in a calendar period, in UTC. */
export interface PlanQuota {
  readonly count: number
  readonly per: 'hour' | 'day' | 'month'
}

/** What a subscriber agrees to. Absent: not limited. */
export interface PlanTerms {
  /** Sustained calls a second, and how many may come at once after silence. */
  readonly ratePerS: number
  readonly burst: number
  readonly quota?: PlanQuota
  /** Calls at work at once. */
  readonly concurrency?: number
  /** RFC 6901 pointers into answers that are left out, by operation. */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** Rows of an answer at most. */
  readonly maxRows?: number
  readonly price?: PlanPrice
  /** Who decides on a subscription: nobody, or the owner of the service. */
  readonly approval?: 'auto' | 'manual'
}

export interface PlanPrice {
  /** In units of the currency as a decimal, such as `0.0150`: binary fractions are no money. */
  readonly amount: string
  /** ISO 4217, such as CNY. */
  readonly currency: string
  /** What one amount buys: `call`, `month`, what the host measures (`host:cpu-ms`), or a unit that the contract names. */
  readonly unit: string
}

/**
 * What no schema says.
 * @param offered by the service as it stands; undefined: not known, such as of one that the host provides
 */
export function planFaults(
  { price, fields }: PlanTerms,
  offered: Offered | undefined,
): readonly InputFault[] {
  const faults: InputFault[] = []
  if (price !== undefined && !isCurrency(price.currency)) {
    faults.push({
      pointer: '/price/currency',
      detail: `must be a currency of ISO 4217, which ${price.currency} is not`,
    })
  }
  const units = [...hostUnits, ...(offered?.units ?? [])]
  // A unit that nothing counts would be a price that nobody ever pays.
  if (price !== undefined && offered !== undefined && !units.includes(price.unit)) {
    faults.push({ pointer: '/price/unit', detail: `must be one of ${units.join(', ')}` })
  }
  for (const operation of Object.keys(fields ?? {})) {
    if (offered === undefined || offered.operations.has(operation)) continue
    faults.push({ pointer: `/fields/${operation}`, detail: 'must be an operation of the service' })
  }
  return faults
}

/** What is kept beside rate and burst. */
export function termsBeside({ ratePerS: _, burst: __, ...rest }: PlanTerms): Partial<PlanTerms> {
  return rest
}

/** Terms as they are stored. */
export interface TermsRow {
  readonly rate_per_s: number
  readonly burst: number
  readonly terms: Partial<PlanTerms>
}

export function termsOf({ rate_per_s: ratePerS, burst, terms }: TermsRow): PlanTerms {
  return { ratePerS, burst, ...terms }
}
