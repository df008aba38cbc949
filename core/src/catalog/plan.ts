import type { InputFault } from '@signalbox/sdk/errors'
import { strictObject } from '../gateway/http-schemas.ts'
import { hostUnits } from '../usage/priced-units.ts'
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

/** An RFC 6901 pointer to something: the whole answer cannot be hidden. */
const pointerSchema = {
  type: 'string',
  pattern: '^(/([^~/\\u0000-\\u001f]|~[01])+)+$',
  maxLength: 200,
} as const

export const planTermsProperties = {
  ratePerS: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
  burst: { type: 'integer', minimum: 1, maximum: 1_000_000 },
  quota: strictObject(
    {
      count: { type: 'integer', minimum: 1, maximum: 1_000_000_000_000 },
      per: { enum: ['hour', 'day', 'month'] },
    },
    ['count', 'per'],
  ),
  concurrency: { type: 'integer', minimum: 1, maximum: 10_000 },
  fields: {
    type: 'object',
    maxProperties: 64,
    propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 },
    additionalProperties: {
      type: 'array',
      items: pointerSchema,
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
    },
  },
  maxRows: { type: 'integer', minimum: 1, maximum: 10_000_000 },
  price: strictObject(
    {
      amount: { type: 'string', pattern: '^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,12})?$' },
      currency: { type: 'string', pattern: '^[A-Z]{3}$' },
      unit: { type: 'string', pattern: '^(host:)?[a-z][a-z0-9_-]*$', maxLength: 60 },
    },
    ['amount', 'currency', 'unit'],
  ),
  approval: { enum: ['auto', 'manual'] },
} as const

const currencies = new Set(Intl.supportedValuesOf('currency'))

/**
 * What no schema says.
 * @param offered by the service as it stands; undefined: not known, such as of one that the host provides
 */
export function planFaults(
  { price, fields }: PlanTerms,
  offered: Offered | undefined,
): readonly InputFault[] {
  const faults: InputFault[] = []
  if (price !== undefined && !currencies.has(price.currency)) {
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
