/** A refusal of the host, RFC 9457: https://www.rfc-editor.org/rfc/rfc9457 */
export interface Problem {
  readonly status: number
  readonly code: string
  /** What happened. */
  readonly title: string
  /** How to cure it. */
  readonly detail: string
  readonly traceId?: string
  readonly errors?: readonly Fault[]
}

/** What of an input is wrong, and where. */
export interface Fault {
  /** JSON pointer */
  readonly pointer: string
  readonly detail: string
}

export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** No answer came at all: the host is away, or the network is. */
export const NO_ANSWER = 'NO_ANSWER'

/** The console's own: something that it did threw, or a part of it could not be loaded. */
export const PAGE_FAULT = 'PAGE_FAULT'

/** @param error anything that was thrown: what is no answer of the host, and no want of one, is a fault of the page */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  return { status: 0, code: PAGE_FAULT, title: titleOf(error), detail: '' }
}

/** @param error what was thrown in the place of an answer */
export function noAnswer(error: unknown): ProblemError {
  return new ProblemError({ status: 0, code: NO_ANSWER, title: titleOf(error), detail: '' })
}

function titleOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
