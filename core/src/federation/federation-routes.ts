import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import type { BundleImport } from './bundle-import.ts'
import { MAX_BUNDLE_BYTES } from './bundle-import.ts'
import type { FederationService, TermsWish } from './federation-service.ts'
import { listKeys, listMarketplaces, type Marketplace } from './federation-store.ts'
import type { MarketplaceLook } from './marketplace-look.ts'
import type { MirrorService } from './mirror-service.ts'
import { scopesOf } from './scope-store.ts'

interface Ports {
  readonly knex: Knex
  readonly federation: FederationService
  readonly mirrors: MirrorService
  readonly looks: MarketplaceLook
  readonly imports: BundleImport
}

const tags = ['marketplaces']
const scopeSchema = { type: 'string', pattern: '^@[a-z0-9][a-z0-9._-]{0,98}$' } as const
const fingerprintSchema = { type: 'string', pattern: '^SHA256:[A-Za-z0-9_-]{43}$' } as const
const params = strictObject({ name: idSchema }, ['name'])
const scopeParams = strictObject({ name: idSchema, scope: scopeSchema }, ['name', 'scope'])

const termProperties = {
  url: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 2000,
    description: 'Of its registry, such as https://plugins.example.com/npm; null: by files alone',
  },
  allow: {
    type: 'array',
    maxItems: 500,
    uniqueItems: true,
    items: { type: 'string', pattern: '^@[a-z0-9][a-z0-9._-]*/[a-z0-9._-]*\\*?$', maxLength: 214 },
    description: 'Names that may be taken, or beginnings that end in *; none: all of its scopes',
  },
  minimumAgeHours: {
    type: 'integer',
    minimum: 0,
    maximum: 8760,
    description: 'How long a version must have been out before it may be taken',
  },
  token: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 4096,
    pattern: '^[\\x21-\\x7e]*$',
    description: 'Sent as a bearer token; sealed, and never shown',
  },
} as const

interface Named {
  readonly name: string
}

/** Other marketplaces: which are believed, for what, and what is taken from them. The operator's. */
export function federationRoutes(app: FastifyInstance, ports: Ports): void {
  readRoutes(app, ports)
  changeRoutes(app, ports)
  commandRoutes(app, ports)
  scopeRoutes(app, ports)
  takeRoutes(app, ports)
}

function readRoutes(app: FastifyInstance, { knex, federation }: Ports): void {
  app.get<{ Querystring: { limit: number; cursor?: string } }>(
    '/v1/marketplaces',
    {
      config: { action: 'marketplace.read' },
      schema: {
        tags,
        summary: 'Other marketplaces that this host takes plugins from, and how they do',
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const found = await listMarketplaces(knex, request.query)
      const scopes = await scopesOf(
        knex,
        found.map(({ name }) => name),
      )
      const items = found.map((one) => shown(one, scopes.get(one.name) ?? []))
      return pageOf(items, request.query.limit, ({ name }) => name)
    },
  )
  app.get<{ Params: Named }>(
    '/v1/marketplaces/:name',
    {
      config: { action: 'marketplace.read' },
      schema: { tags, summary: 'One marketplace, its scopes and its keys', params },
    },
    async (request) => detailed(knex, await federation.require(request.params.name)),
  )
}

function changeRoutes(app: FastifyInstance, { knex, federation }: Ports): void {
  app.post<{ Body: Named & TermsWish }>(
    '/v1/marketplaces',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary:
          'Learn the keys of another marketplace; nothing is taken before they are confirmed',
        body: strictObject({ name: idSchema, ...termProperties }, ['name', 'url']),
      },
    },
    async (request, reply) => {
      const { name, ...wish } = request.body
      await federation.add(callerOf(request), name, wish)
      return reply.code(201).send(await detailed(knex, await federation.require(name)))
    },
  )
  app.patch<{ Params: Named; Body: TermsWish }>(
    '/v1/marketplaces/:name',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Change what may be taken from a marketplace, and how it is reached',
        params,
        body: { ...strictObject(termProperties, []), minProperties: 1 },
      },
    },
    async (request) => {
      const { name } = request.params
      await federation.change(callerOf(request), name, request.body)
      return detailed(knex, await federation.require(name))
    },
  )
  app.delete<{ Params: Named }>(
    '/v1/marketplaces/:name',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Take nothing from a marketplace any more; what came from it goes on',
        params,
      },
    },
    async (request, reply) => {
      await federation.remove(callerOf(request), request.params.name)
      return reply.code(204).send()
    },
  )
}

const commands = ['pause', 'resume', 'sync'] as const

function commandRoutes(app: FastifyInstance, { knex, federation, looks }: Ports): void {
  app.put<{ Params: Named; Body: { fingerprints: string[] } }>(
    '/v1/marketplaces/:name/keys',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Confirm keys whose fingerprints were compared with who runs the marketplace',
        params,
        body: strictObject(
          {
            fingerprints: {
              type: 'array',
              minItems: 1,
              maxItems: 50,
              uniqueItems: true,
              items: fingerprintSchema,
            },
          },
          ['fingerprints'],
        ),
      },
    },
    async (request) => {
      const { name } = request.params
      await federation.confirm(callerOf(request), name, request.body.fingerprints)
      return detailed(knex, await federation.require(name))
    },
  )
  app.post<{ Params: Named & { command: (typeof commands)[number] } }>(
    '/v1/marketplaces/:name/:command',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary:
          'Pause or resume a marketplace, or ask it at once what it yanked, blocked and warns of, and for what automatic updates wait for',
        params: strictObject({ name: idSchema, command: { enum: commands } }, ['name', 'command']),
      },
    },
    async (request) => {
      const { name, command } = request.params
      if (command === 'sync') await looks.look(name)
      else await federation.command(callerOf(request), name, command)
      return detailed(knex, await federation.require(name))
    },
  )
}

function scopeRoutes(app: FastifyInstance, { knex, federation }: Ports): void {
  app.put<{ Params: Named & { scope: string } }>(
    '/v1/marketplaces/:name/scopes/:scope',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Bind a scope: its names come from this marketplace and from nowhere else',
        params: scopeParams,
      },
    },
    async (request) => {
      const { name, scope } = request.params
      await federation.bind(callerOf(request), name, scope)
      return detailed(knex, await federation.require(name))
    },
  )
  app.delete<{ Params: Named & { scope: string } }>(
    '/v1/marketplaces/:name/scopes/:scope',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Unbind a scope: nothing of it is installed anew',
        params: scopeParams,
      },
    },
    async (request, reply) => {
      const { name, scope } = request.params
      await federation.unbind(callerOf(request), name, scope)
      return reply.code(204).send()
    },
  )
  app.put<{ Params: Named; Body: { fingerprint: string } }>(
    '/v1/plugins/:name/marketplace',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary: 'Let a plugin be updated from another marketplace than the one it came from',
        params: strictObject({ name: pluginNameSchema }, ['name']),
        body: strictObject({ fingerprint: fingerprintSchema }, ['fingerprint']),
      },
    },
    async (request, reply) => {
      const { fingerprint } = request.body
      await federation.accept(callerOf(request), request.params.name, fingerprint)
      return reply.code(204).send()
    },
  )
}

function takeRoutes(app: FastifyInstance, { federation, mirrors, imports }: Ports): void {
  app.post<{ Params: Named; Body: { package: string; version: string } }>(
    '/v1/marketplaces/:name/mirrors',
    {
      config: { action: 'marketplace.write' },
      schema: {
        tags,
        summary:
          'Take a version, so that it is served here and can be installed when they are away',
        params,
        body: strictObject({ package: pluginNameSchema, version: versionSchema }, [
          'package',
          'version',
        ]),
      },
    },
    async (request, reply) => {
      const { package: plugin, version } = request.body
      const marketplace = await federation.require(request.params.name)
      await mirrors.takeFrom(callerOf(request), marketplace, plugin, version)
      return reply.code(201).send({ package: plugin, version, marketplace: marketplace.name })
    },
  )
  void app.register(async (inner) => {
    inner.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_BUNDLE_BYTES },
      (_request, body, done) => done(null, body),
    )
    inner.post<{ Params: Named; Body: Buffer }>(
      '/v1/marketplaces/:name/bundles',
      {
        config: { action: 'marketplace.write' },
        bodyLimit: MAX_BUNDLE_BYTES,
        schema: { tags, summary: 'Take what a file of the marketplace holds', params },
      },
      async (request, reply) => {
        const { name } = request.params
        return reply.code(201).send(await imports.import(callerOf(request), name, request.body))
      },
    )
  })
}

async function detailed(knex: Knex, marketplace: Marketplace) {
  const { name } = marketplace
  const keys = await listKeys(knex, name)
  const scopes = (await scopesOf(knex, [name])).get(name) ?? []
  const listed = keys.map(({ keyid, isPinned }) => ({ fingerprint: keyid, isConfirmed: isPinned }))
  return { ...shown(marketplace, scopes), keys: listed }
}

function shown(marketplace: Marketplace, scopes: readonly string[]) {
  const { name, url, state, fingerprint, allow, minimumAgeHours, token, failure } = marketplace
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    ...{ name, url, state, fingerprint, scopes, allow, minimumAgeHours },
    hasToken: token !== null,
    lookedAt: iso(marketplace.lookedAt),
    failingSince: iso(marketplace.failingSince),
    failure,
    addedBy: marketplace.addedBy,
    addedAt: marketplace.addedAt.toISOString(),
    confirmedBy: marketplace.confirmedBy,
    confirmedAt: iso(marketplace.confirmedAt),
  }
}
