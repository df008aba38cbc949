import { guestBlobs, type Part, readBytes } from './blobs.ts'
import type { Call } from './call.ts'
import type { Digest } from './digest.ts'
import type { GuestClock } from './harden.ts'
import type { Primordials } from './primordials.ts'
import { basicRef, secretRef } from './secret-ref.ts'
import { utf8Bytes } from './utf8.ts'

/** What an author said, unchecked. */
interface EventOptions {
  readonly key?: unknown
  readonly id?: unknown
}

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
 * what a handler does not read costs nothing. Functions come from getters, too: as methods they would need a `this`
 * that `const { now } = ctx` takes from them.
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

  get signal(): object {
    return this.#call.signal
  }

  get principal(): object {
    const kind = this.#call.headLine(3)
    const units = this.#call.headLine(6)
    const id = this.#call.headLine(7)
    return units === '' ? { kind, id } : { kind, id, units: this.#shared.primordials.parse(units) }
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
      batch: (sql: unknown, parameterRows: unknown) =>
        call.hostCall('db.batch', { sql, parameterRows }),
      transaction: (statements: unknown, options?: { readonly events?: unknown }) =>
        call.hostCall('db.transaction', { statements, events: options?.events }),
      inspect: (wish: unknown = {}) => call.hostCall('db.inspect', wish),
    }
  }

  get services(): object {
    const call = this.#call
    return {
      call: (service: unknown, operation: unknown, input: unknown = null) =>
        call.hostCall('services.call', { service, operation, input }),
    }
  }

  get contributions(): (point: unknown) => Promise<unknown> {
    const call = this.#call
    const { primordials: p } = this.#shared
    return (point) => {
      const addCalls = (found: unknown): unknown => {
        const list = found as { readonly plugin: unknown }[]
        for (let index = 0; index < list.length; index++) {
          const one = list[index] as { readonly plugin: unknown }
          const handle = (handler: unknown, input: unknown = null) =>
            call.hostCall('contributions.call', { point, plugin: one.plugin, handler, input })
          p.define(one, 'call', handle, true)
        }
        return list
      }
      const asked = call.hostCall('contributions.list', { point })
      return new p.Promise((resolve, reject) => {
        p.follow(asked, (found) => resolve(addCalls(found)), reject)
      })
    }
  }

  get notify(): object {
    const call = this.#call
    return { send: (message: unknown) => call.hostCall('notify.send', message) }
  }

  get links(): object {
    const call = this.#call
    return {
      share: (operation: unknown, input: unknown, options?: { readonly ttlS?: unknown }) =>
        call.hostCall('links.share', { operation, input, ttlS: options?.ttlS }),
      revoke: (id: unknown) => call.hostCall('links.revoke', { id }),
    }
  }

  get identity(): object {
    const call = this.#call
    return {
      units: (cursor: unknown) => call.hostCall('identity.units', { cursor }),
    }
  }

  get blobs(): object {
    return guestBlobs(this.#shared.primordials, this.#call)
  }

  get assets(): (path: unknown, part?: Part) => Promise<Uint8Array> {
    const call = this.#call
    const { primordials: p } = this.#shared
    return async (path, { offset, length } = {}) =>
      readBytes(p, call, 'assets.read', { path, offset, length })
  }

  get secrets(): object {
    const p = this.#shared.primordials
    return {
      ref: (name: unknown) => secretRef(p, name),
      basic: (user: unknown, name: unknown) => basicRef(p, user, name),
    }
  }

  get events(): object {
    const call = this.#call
    return {
      publish: (type: unknown, data: unknown = null, options: EventOptions = {}) =>
        call.hostCall('events.publish', { type, data, key: options.key, id: options.id }),
    }
  }

  get jobs(): object {
    const call = this.#call
    return {
      schedule: (job: unknown, when: object) => call.hostCall('jobs.schedule', { ...when, job }),
      cancel: (idOrKey: unknown) => call.hostCall('jobs.cancel', { idOrKey }),
      list: (page: object) => call.hostCall('jobs.list', { ...page }),
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

  get rollouts(): object {
    const call = this.#call
    const move = (command: string) => (wish: object) =>
      call.hostCall('rollouts.move', { ...wish, command })
    const stop = (command: string) => (wish: object) =>
      call.hostCall('rollouts.stop', { ...wish, command })
    return {
      plan: (wish: unknown) => call.hostCall('rollouts.plan', wish),
      start: move('start'),
      pause: stop('pause'),
      resume: move('resume'),
      promote: move('promote'),
      abort: stop('abort'),
      rollback: stop('rollback'),
      pick: (wish: unknown) => call.hostCall('rollouts.pick', wish),
      report: (report: unknown) => call.hostCall('rollouts.report', report),
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

  get now(): () => number {
    const { clock } = this.#shared
    return () => clock.now
  }

  get meter(): (unit: unknown, n?: unknown) => Promise<unknown> {
    const call = this.#call
    return (unit, n = 1) => call.hostCall('meter', { unit, n })
  }

  get random(): () => number {
    const call = this.#call
    return () => call.random.number()
  }

  get hash(): (algorithm: unknown, data: unknown) => string {
    const { primordials: p, digest } = this.#shared
    return (algorithm, data) => {
      const bytes = typeof data === 'string' ? utf8Bytes(p, data) : data
      if (!p.isBytes(bytes)) throw new p.TypeError('ctx.hash takes a string or a Uint8Array')
      const hex = digest.hex(algorithm as string, bytes)
      if (hex !== undefined) return hex
      throw new p.TypeError('ctx.hash knows SHA-1, SHA-256, SHA-384 and SHA-512')
    }
  }
}
