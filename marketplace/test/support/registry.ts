import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { Test } from 'tap'
import { pageParts, sendPage } from '../../../core/src/gateway/own-page.ts'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { isDatabaseUnavailable } from '../../../core/src/storage/database-unavailable.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { advisoryAdministration } from '../../src/advisories/advisory-administration.ts'
import { findingRoutes } from '../../src/checks/finding-routes.ts'
import type { ListingPorts } from '../../src/listing/listing-ports.ts'
import { listingRoutes } from '../../src/listing/listing-routes.ts'
import { marketplace } from '../../src/marketplace.ts'
import { forgetAfterChanges, KnownRevisions } from '../../src/packages/known-revisions.ts'
import type { AuditEntry, MarketplaceOptions } from '../../src/ports.ts'
import { publisherRoutes } from '../../src/publishers/publisher-routes.ts'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { reviewRoutes } from '../../src/review/review-routes.ts'
import { writePolicy } from '../../src/review/review-store.ts'
import { inspectHonestly } from './inspect-honestly.ts'

export const OPERATOR_TOKEN = 'sba_the-admin-token-of-the-tests'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  readonly body: any
}

export interface Call {
  readonly method?: string
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Registry {
  readonly app: FastifyInstance
  /** Where npm finds it, with a trailing slash. */
  readonly url: string
  readonly knex: Knex
  readonly audited: readonly AuditEntry[]
  /** As `PUT /npm/:name`. */
  readonly routes: readonly string[]
  /** A call to a path of the registry, or of the host when it begins with `/v1`. */
  call(path: string, call?: Call): Promise<Answer>
  /** What a host does that hears of a change by another: of one that a test makes in the tables. */
  forget(): void
  /** Told of every answer from now on. */
  onAnswer(listener: (url: string, status: number) => void): void
  /** Makes a publisher and returns its token. */
  publisher(name: string, scopes: readonly string[], password?: string): Promise<string>
}

/** The marketplace on loopback with a real database, as the host would register it. */
export async function startRegistry(
  t: Test,
  changes: Partial<MarketplaceOptions & ListingPorts> = {},
): Promise<Registry> {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl, { pool: 8 })
  t.teardown(() => knex.destroy())
  await withoutReviews(knex)
  return serve(t, knex, changes)
}

/** Most tests are not of reviews: what passes the checks is published there. */
export async function withoutReviews(knex: Knex): Promise<void> {
  await knex.transaction((trx) => writePolicy(trx, { ...defaultPolicy, mode: 'off' }, new Date(0)))
}

export async function serve(
  t: Test,
  knex: Knex,
  changes: Partial<MarketplaceOptions & ListingPorts>,
): Promise<Registry> {
  const audited: AuditEntry[] = []
  const revisions = new KnownRevisions({ knex, monotonic: () => performance.now() })
  const options: MarketplaceOptions = {
    knex,
    revisions,
    contents: createContentStore(knex),
    inspectPackage: inspectHonestly,
    isOperatorToken: (token) => token === OPERATOR_TOKEN,
    isDatabaseUnavailable,
    isInstalled: async () => false,
    pages: { send: sendPage, parts: pageParts },
    publicUrl: (request) => `http://${request.host}/npm`,
    now: Date.now,
    randomBytes: (count) => randomBytes(count),
    audit: async (entry) => void audited.push(entry),
    ...changes,
  }
  const app = Fastify({
    forceCloseConnections: true,
    // As the host has it: a package name holds an encoded slash and may be long.
    routerOptions: { maxParamLength: 500 },
  })
  const listeners: ((url: string, status: number) => void)[] = []
  app.addHook('onResponse', async (request, reply) => {
    for (const listener of listeners) listener(request.url, reply.statusCode)
  })
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`)
  })
  forgetAfterChanges(app, options.revisions)
  await app.register(marketplace, { prefix: '/npm', ...options })
  await app.register(advisoryAdministration, { prefix: '/v1/marketplace', ...options })
  await app.register(publisherRoutes, { prefix: '/v1/marketplace', ...options })
  await app.register(findingRoutes, { prefix: '/v1/marketplace', ...options })
  await app.register(reviewRoutes, { prefix: '/v1/marketplace', ...options })
  await app.register(listingRoutes, {
    prefix: '/v1/marketplace',
    hostVersion: '1.0.0',
    running: async () => [],
    installed: async () => [],
    refusals: async () => [],
    knowsHost: async () => true,
    ...options,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const call = (path: string, given: Call = {}) =>
    send(path.startsWith('/v1/') ? origin + path : `${origin}/npm${path}`, given)
  return {
    app,
    url: `${origin}/npm/`,
    knex,
    audited,
    routes,
    call,
    forget: () => options.revisions.forget(),
    onAnswer: (listener) => void listeners.push(listener),
    publisher: async (name, scopes, password) => {
      const body = { name, scopes, ...(password === undefined ? {} : { password }) }
      const made = await call('/v1/marketplace/publishers', {
        method: 'POST',
        token: OPERATOR_TOKEN,
        body,
      })
      if (made.status !== 201) throw new Error(JSON.stringify(made.body))
      return made.body.token
    },
  }
}

async function send(url: string, { method = 'GET', token, body, headers }: Call): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : bytes,
  }
}
