import type { Call } from './call.ts'
import type { GuestClock } from './harden.ts'

/** What an isolate's calls have in common. */
export interface GuestShared {
  readonly tenant: string
  readonly config: unknown
  readonly clock: GuestClock
  readonly printable: (value: unknown) => string
}

/**
 * `ctx`, as a handler gets it (the SDK's Context says what it promises). Made per call, therefore of getters:
 * what a handler does not read costs nothing.
 */
export class CallContext {
  readonly #call: Call
  readonly #shared: GuestShared

  constructor(call: Call, shared: GuestShared) {
    this.#call = call
    this.#shared = shared
  }

  get tenant(): string {
    return this.#shared.tenant
  }

  get config(): unknown {
    return this.#shared.config
  }

  get deadline(): number {
    return +this.#call.headLine(2)
  }

  get principal(): object {
    return { kind: this.#call.headLine(3), id: this.#call.headLine(6) }
  }

  get arm(): string {
    return this.#call.headLine(4)
  }

  get traceId(): string {
    return this.#call.headLine(5)
  }

  get db(): object {
    const call = this.#call
    return {
      query: (sql: unknown, parameters: unknown = []) =>
        call.hostCall('db.query', { sql, parameters }),
    }
  }

  get services(): object {
    const call = this.#call
    return {
      call: (service: unknown, operation: unknown, input: unknown = null) =>
        call.hostCall('services.call', { service, operation, input }),
    }
  }

  get log(): object {
    const call = this.#call
    const { printable } = this.#shared
    return {
      debug: (message: unknown, fields: unknown) => call.log('debug', printable(message), fields),
      info: (message: unknown, fields: unknown) => call.log('info', printable(message), fields),
      warn: (message: unknown, fields: unknown) => call.log('warn', printable(message), fields),
      error: (message: unknown, fields: unknown) => call.log('error', printable(message), fields),
    }
  }

  now(): number {
    return this.#shared.clock.now
  }
}
