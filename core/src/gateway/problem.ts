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
  readonly errors?: readonly InputFault[]
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** A limit has a registered type of its own; every other refusal is told apart by its code. */
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

export function problemOf(error: CodedError, language: Language, traceId: string): Problem {
  const invocation = invocationOf(error)
  return {
    type: error.status === 429 ? QUOTA_EXCEEDED : `urn:signalbox:error:${error.code}`,
    title: error.localizedMessage(language),
    status: error.status,
    detail: error.cure(language),
    code: error.code,
    traceId,
    ...(invocation === undefined ? {} : { invocation }),
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
  }
}
