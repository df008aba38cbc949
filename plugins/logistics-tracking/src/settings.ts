import { defaultLimits, type ExceptionLimits } from './exceptions/exception-rules.ts'
import type { OwnerRule } from './exceptions/owner-rules.ts'
import type { LookRules } from './watching/look.ts'

/** What a tenant sets of arrivals and exceptions; what it leaves out is as `defaultLimits` has it. */
export interface LogisticsConfig {
  /** Of the tenant's clock to UTC, such as `+08:00`. */
  readonly utcOffset?: string
  readonly exceptions?: {
    readonly owners?: readonly OwnerRule[]
    readonly limits?: Partial<ExceptionLimits>
  }
}

const CHINA = '+08:00'
const MINUTE_MS = 60_000

/** The schema lets nothing else in. */
export function offsetMs({ utcOffset = CHINA }: LogisticsConfig): number {
  const minutes = Number(utcOffset.slice(1, 3)) * 60 + Number(utcOffset.slice(4, 6))
  return (utcOffset.startsWith('-') ? -minutes : minutes) * MINUTE_MS
}

export function lookRules({ exceptions = {} }: LogisticsConfig): LookRules {
  const { owners = [], limits = {} } = exceptions
  return { owners, limits: { ...defaultLimits, ...limits } }
}
