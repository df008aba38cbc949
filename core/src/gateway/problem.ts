import type { CodedError, InputFault, Language } from '@signalbox/sdk/errors'
import { invocationOf } from '../invocations/invocation-of-error.ts'

/** RFC 9457 problem details, the shape of every refusal of the host. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly traceId: string
  /** The id of the call where it is kept: whoever reports the failure names it. */
  readonly invocation?: string
  /** Of a limit: the names of the policies in RateLimit-Policy that were over. */
  readonly 'violated-policies'?: readonly string[]
  readonly errors?: readonly InputFault[]
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/**
 * Types of draft-ietf-httpapi-ratelimit-headers: of limits, and of a host that sheds load. Every other refusal is told
 * apart by its code.
 */
const registered = 'https://iana.org/assignments/http-problem-types'

function typeOf({ status, code }: CodedError): string {
  if (status === 429) return `${registered}#quota-exceeded`
  if (code === 'CORE_OVERLOADED') return `${registered}#temporary-reduced-capacity`
  return `urn:signalbox:error:${code}`
}

export function problemOf(error: CodedError, language: Language, traceId: string): Problem {
  const invocation = invocationOf(error)
  return {
    type: typeOf(error),
    title: error.localizedMessage(language),
    status: error.status,
    detail: error.cure(language),
    code: error.code,
    traceId,
    ...(invocation === undefined ? {} : { invocation }),
    ...violatedOf(error),
    ...(error.faults.length > 0 ? { errors: error.faultsIn(language) } : {}),
  }
}

/** By the code of the refusal: see limits/rate-limit-headers.ts for the policies themselves. */
const policyOf = {
  CORE_RATE_LIMITED: 'burst',
  CORE_CALL_QUOTA_EXCEEDED: 'quota',
  CORE_CONCURRENCY_EXCEEDED: 'concurrency',
} as const

function violatedOf({ code }: CodedError): Pick<Problem, 'violated-policies'> {
  const policy = Object.hasOwn(policyOf, code) ? policyOf[code as keyof typeof policyOf] : undefined
  return policy === undefined ? {} : { 'violated-policies': [policy] }
}
