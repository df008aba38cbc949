/** One place in an input that was refused: an RFC 6901 pointer into it, and what was expected there. */
export interface Fault {
  readonly pointer: string
  readonly detail: string
}

/** A refusal of the host or of the service, by its stable code. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** Such as `CORE_INPUT_INVALID`, or one that the contract lists under `errors`. `UNKNOWN`: the answer was no problem. */
  readonly code: string
  readonly status: number
  /** Problem details, RFC 9457. */
  readonly problem: Readonly<Record<string, unknown>>
  /** What of the input is wrong; empty where the refusal is about something else. */
  readonly faults: readonly Fault[]
  /** Seconds after which the same call may succeed, where the host says so. */
  readonly retryAfterS: number | undefined

  constructor(
    status: number,
    problem: Readonly<Record<string, unknown>>,
    retryAfterS?: number | undefined,
  ) {
    super(messageOf(problem) ?? `status ${status}`)
    this.status = status
    this.problem = problem
    this.code = String(problem['code'] ?? 'UNKNOWN')
    this.faults = Array.isArray(problem['errors']) ? problem['errors'] : []
    this.retryAfterS = retryAfterS
  }
}

/** What happened, and then what helps: the title alone says who refused what. */
function messageOf(problem: Readonly<Record<string, unknown>>): string | undefined {
  const said = [problem['title'], problem['detail']].filter((one) => typeof one === 'string')
  return said.length === 0 ? undefined : said.join(' ')
}
