import { createHash } from 'node:crypto'
import type { Context, Log, Principal } from '../plugin/context.ts'
import { guestBlobs, type Part, readBytes } from './guest-bytes.ts'
import { guestSecrets } from './guest-secrets.ts'
import { unsupported } from './test-answers.ts'

/** What one call knows. */
export interface TestCallScope {
  readonly tenant: string
  readonly principal: Principal
  readonly traceId: string
  readonly deadline: number
  readonly signal: AbortSignal
  readonly config: unknown
  readonly now: () => number
  readonly random: () => number
  readonly ask: (call: string, body: unknown) => Promise<unknown>
  readonly log: (level: keyof Log, message: string, fields: unknown) => void
}

const digests: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/**
 * `ctx` as a handler gets it: the names of `Context`, each the host call that the sandbox makes of it
 * (core/test/e2e/test-host.test.ts runs the same cases against both).
 */
export function testContext(scope: TestCallScope): Context {
  const { ask, log } = scope
  const context = {
    tenant: scope.tenant,
    principal: scope.principal,
    arm: 'stable',
    traceId: scope.traceId,
    deadline: scope.deadline,
    signal: scope.signal,
    config: scope.config,
    ...storing(ask),
    ...telling(ask),
    log: {
      debug: (message: string, fields: unknown) => log('debug', message, fields),
      info: (message: string, fields: unknown) => log('info', message, fields),
      warn: (message: string, fields: unknown) => log('warn', message, fields),
      error: (message: string, fields: unknown) => log('error', message, fields),
    },
    now: scope.now,
    random: scope.random,
    meter: (unit: unknown, n: unknown = 1) => ask('meter', { unit, n }),
    hash(algorithm: string, data: string | Uint8Array) {
      const known = Object.hasOwn(digests, algorithm) ? digests[algorithm] : undefined
      if (known === undefined) {
        throw new TypeError('ctx.hash knows SHA-1, SHA-256, SHA-384 and SHA-512')
      }
      return createHash(known).update(data).digest('hex')
    },
    secrets: guestSecrets,
    get rollouts(): never {
      throw unsupported('ctx.rollouts')
    },
  }
  return context as unknown as Context
}

type Ask = TestCallScope['ask']

/** What keeps something, or reads it. */
function storing(ask: Ask) {
  return {
    db: {
      query: (sql: unknown, parameters: unknown = []) => ask('db.query', { sql, parameters }),
      batch: (sql: unknown, parameterRows: unknown) => ask('db.batch', { sql, parameterRows }),
      transaction: (statements: unknown, options?: { readonly events?: unknown }) =>
        ask('db.transaction', { statements, events: options?.events }),
      inspect: (wish: unknown = {}) => ask('db.inspect', wish),
    },
    blobs: guestBlobs(ask),
    assets: async (path: unknown, { offset, length }: Part = {}) =>
      readBytes(ask, 'assets.read', { path, offset, length }),
    keys: {
      sign: (request: unknown) => ask('keys.sign', request),
      verify: (request: unknown) => ask('keys.verify', request),
      publicKey: (key: unknown) => ask('keys.publicKey', { key }),
    },
    identity: { units: (cursor: unknown) => ask('identity.units', { cursor }) },
  }
}

interface Contributed {
  readonly plugin: string
}

/** What asks others, or tells them. */
function telling(ask: Ask) {
  return {
    services: {
      call: (service: unknown, operation: unknown, input: unknown = null) =>
        ask('services.call', { service, operation, input }),
    },
    events: {
      publish: (
        type: unknown,
        data: unknown = null,
        options: { readonly key?: unknown; readonly id?: unknown } = {},
      ) => ask('events.publish', { type, data, key: options.key, id: options.id }),
    },
    notify: { send: (message: unknown) => ask('notify.send', message) },
    jobs: {
      schedule: (job: unknown, when: object) => ask('jobs.schedule', { ...when, job }),
      cancel: (idOrKey: unknown) => ask('jobs.cancel', { idOrKey }),
      list: (page: object = {}) => ask('jobs.list', { ...page }),
    },
    links: {
      share: (operation: unknown, input: unknown, options?: { readonly ttlS?: unknown }) =>
        ask('links.share', { operation, input, ttlS: options?.ttlS }),
      revoke: (id: unknown) => ask('links.revoke', { id }),
    },
    contributions: async (point: unknown) => {
      const found = (await ask('contributions.list', { point })) as readonly Contributed[]
      return found.map((one) => ({
        ...one,
        call: (handler: unknown, input: unknown = null) =>
          ask('contributions.call', { point, plugin: one.plugin, handler, input }),
      }))
    },
  }
}
