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

/** @param error anything that was thrown */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const title = error instanceof Error ? error.message : String(error)
  return { status: 0, code: NO_ANSWER, title, detail: '' }
}
