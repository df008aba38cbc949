import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import semver from 'semver'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import { readTenantCalls } from './running-figures-store.ts'

interface RatingOf {
  readonly name: string
  readonly tenant: string
  readonly major: number
}

/** Where ratings are kept: the store of plugins. */
export interface Ratings {
  putRating(
    trx: Knex.Transaction,
    rating: RatingOf & {
      readonly id: string
      readonly stars: number
      readonly text: string | null
      readonly author: string
      readonly at: Date
    },
  ): Promise<void>
  deleteRating(trx: Knex.Transaction, of: RatingOf): Promise<boolean>
  ratingsOfTenant(
    knex: Knex,
    of: { readonly name: string; readonly tenant: string },
  ): Promise<readonly object[]>
}

interface Ports {
  readonly knex: Knex
  readonly routing: { now(): number }
  readonly ratings: Ratings
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const params = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])
const path = '/v1/tenants/:tenant/plugins/:name/ratings'
const major = { type: 'integer', minimum: 0, maximum: 1_000_000 } as const

/** Its calls within so long make a tenant one that runs it. */
const CALLED_MS = 30 * 86_400_000

/** What a tenant says of the plugins that it runs: its admin's. */
export function ratingRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, ratings } = ports
  app.get<{ Params: Named }>(
    path,
    {
      config: { action: 'binding.read' },
      schema: { tags, summary: "The tenant's ratings of a plugin", params },
    },
    async (request) => ({ items: await ratings.ratingsOfTenant(knex, request.params) }),
  )
  putRoute(app, ports)
  app.delete<{ Params: Named & { major: number } }>(
    `${path}/:major`,
    {
      config: { action: 'rating.write' },
      schema: { tags, summary: 'Take a rating back', params: ofMajor },
    },
    async (request, reply) => {
      const { tenant, name } = request.params
      const change = { ...callerOf(request), action: 'rating.withdrawn', subject: name, tenant }
      await commitChange(knex, change, async (trx) => {
        if (await ratings.deleteRating(trx, request.params)) return
        throw coreErrors.create('RATING_MISSING', { plugin: name, major: request.params.major })
      })
      return reply.code(204).send()
    },
  )
}

const ofMajor = strictObject({ tenant: idSchema, name: pluginNameSchema, major }, [
  'tenant',
  'name',
  'major',
])

function putRoute(app: FastifyInstance, { knex, routing, ratings }: Ports): void {
  app.put<{ Params: Named & { major: number }; Body: { stars: number; text?: string } }>(
    `${path}/:major`,
    {
      config: { action: 'rating.write' },
      schema: {
        tags,
        summary: 'Rate a major of a plugin that the tenant runs, or change what was said of it',
        params: ofMajor,
        body: strictObject(
          {
            stars: { type: 'integer', minimum: 1, maximum: 5 },
            text: {
              type: 'string',
              minLength: 1,
              maxLength: 2000,
              pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f]*$',
            },
          },
          ['stars'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, name, major: rated } = request.params
      const { stars, text = null } = request.body
      const caller = callerOf(request)
      const at = new Date(routing.now())
      const detail = { major: rated, stars }
      const change = { ...caller, action: 'rating.written', subject: name, tenant, detail }
      await commitChange(knex, change, async (trx) => {
        const since = new Date(routing.now() - CALLED_MS)
        const calls = await readTenantCalls(trx, { plugin: name, since })
        const isRun = calls.some(
          (one) => one.tenant === tenant && semver.major(one.version) === rated,
        )
        if (!isRun)
          throw coreErrors.create('RATING_NOT_RUN', { plugin: name, tenant, major: rated })
        const id = randomBytes(16).toString('hex')
        await ratings.putRating(trx, {
          ...{ id, name, tenant, major: rated, stars, text, at },
          author: caller.actor,
        })
      })
      return reply.code(204).send()
    },
  )
}
