import type { CallOptions, ClientOptions } from './client-options.ts'
import type { ClientTime } from './client-time.ts'
import { RateGate } from './rate-limit.ts'
import { backOffMs, isPassing, MAX_WAIT_MS, retryAfterS } from './retry-rules.ts'
import { ServiceError } from './service-error.ts'
import { TokenSource } from './token-source.ts'

/** Of one request: what it is, and whether sending it twice does harm. */
export interface Asked {
  readonly path: string
  readonly init: RequestInit & { readonly headers: Record<string, string> }
  readonly mayRepeat: boolean
  readonly signal: AbortSignal
}

const TIMEOUT_MS = 30_000
const RETRIES = 2

/** Sends the requests of one client: with a token, not before the host will have them, and again where that is sound. */
export class Caller {
  readonly #options: ClientOptions
  readonly time: ClientTime
  readonly #tokens: TokenSource
  readonly #gate = new RateGate()

  constructor(options: ClientOptions, time: ClientTime) {
    this.#options = options
    this.time = time
    this.#tokens = new TokenSource(options.key)
  }

  async call(
    path: string,
    isSafe: boolean,
    input: unknown,
    { signal, idempotencyKey, timeoutMs = this.#options.timeoutMs }: CallOptions = {},
  ): Promise<Response> {
    const deadline = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)
    return this.send({
      path,
      init: {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
        },
        body: JSON.stringify(input ?? null),
      },
      mayRepeat: isSafe || idempotencyKey !== undefined,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
  }

  /**
   * @returns an answer that is no refusal
   * @throws ServiceError, the reason of the signal, what `fetch` throws
   */
  async send(asked: Asked): Promise<Response> {
    const { retries = RETRIES } = this.#options
    for (let tries = 1, hasRenewed = false; ; ) {
      const { outcome, token } = await this.#once(asked)
      if (outcome instanceof Response && outcome.ok) return outcome
      asked.signal.throwIfAborted()
      const error = outcome instanceof Response ? await this.#refusal(outcome) : outcome
      // Nothing ran: whoever is not known is refused at the door.
      if (error instanceof ServiceError && error.status === 401 && !hasRenewed) {
        hasRenewed = this.#tokens.refuse(token)
        if (hasRenewed) continue
      }
      const waitMs = this.#waitMs(error, tries)
      if (!asked.mayRepeat || tries > retries || waitMs === undefined) throw error
      tries += 1
      await this.time.sleep(waitMs, asked.signal)
    }
  }

  /** A network that failed is an outcome too: whether the request arrived nobody knows. */
  async #once({ path, init, signal }: Asked) {
    for (let waitMs = this.#gate.take(this.time.now()); waitMs > 0; ) {
      await this.time.sleep(waitMs, signal)
      waitMs = this.#gate.take(this.time.now())
    }
    let answer: Response | undefined
    try {
      const token = await this.#tokens.token(this.time.now)
      const { url, fetch = globalThis.fetch } = this.#options
      const headers = { ...init.headers, authorization: `Bearer ${token}` }
      const outcome = await fetch(new URL(path, url), { ...init, headers, signal }).then(
        (response) => {
          answer = response
          return response
        },
        (error: unknown) => error,
      )
      return { outcome, token }
    } finally {
      this.#gate.learn(answer?.headers, this.time.now())
    }
  }

  async #refusal(response: Response): Promise<ServiceError> {
    const seconds = retryAfterS(response.headers.get('retry-after'), this.time.now())
    const problem: unknown = await response.json().catch(() => ({}))
    const isObject = typeof problem === 'object' && problem !== null
    return new ServiceError(
      response.status,
      isObject ? (problem as Record<string, unknown>) : {},
      seconds,
    )
  }

  /** Undefined: trying again is of no use, or not soon. */
  #waitMs(error: unknown, tries: number): number | undefined {
    const jitter = backOffMs(tries, this.time.random())
    if (!(error instanceof ServiceError)) return jitter
    if (!isPassing(error.status, error.code)) return undefined
    const waitMs = (error.retryAfterS ?? 0) * 1000 + jitter
    return waitMs <= MAX_WAIT_MS ? waitMs : undefined
  }
}
