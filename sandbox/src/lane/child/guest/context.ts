import type { Call } from './call.ts'
import type { Digest } from './digest.ts'
import type { GuestClock } from './harden.ts'
import type { Primordials } from './primordials.ts'
import { utf8Bytes } from './utf8.ts'

/** What an isolate's calls have in common. */
export interface GuestShared {
  readonly tenant: string
  readonly config: unknown
  readonly clock: GuestClock
  readonly primordials: Primordials
  readonly digest: Digest
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

  get keys(): object {
    const call = this.#call
    return {
      sign: (request: unknown) => call.hostCall('keys.sign', request),
      verify: (request: unknown) => call.hostCall('keys.verify', request),
      publicKey: (key: unknown) => call.hostCall('keys.publicKey', { key }),
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

  random(): number {
    return this.#call.random.number()
  }

  hash(algorithm: unknown, data: unknown): string {
    const { primordials: p, digest } = this.#shared
    const bytes = typeof data === 'string' ? utf8Bytes(p, data) : data
    if (!p.isBytes(bytes)) throw new p.TypeError('ctx.hash takes a string or a Uint8Array')
    const hex = digest.hex(algorithm as string, bytes)
    if (hex !== undefined) return hex
    throw new p.TypeError('ctx.hash knows SHA-1, SHA-256, SHA-384 and SHA-512')
  }
}
