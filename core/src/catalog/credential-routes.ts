import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import { instantSchema, nameSchema, strictObject } from '../gateway/http-schemas.ts'
import { type CredentialKind, MAX_OVERLAP_S } from './credential.ts'
import type { CredentialService } from './credential-service.ts'
import { requireOwn } from './subscription-access.ts'
import { subscriptionIdSchema } from './subscription-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly credentials: CredentialService
}

const tags = ['subscriptions']
const credentialIdSchema = { type: 'string', pattern: '^[0-9a-z]{20}$' } as const
const params = strictObject({ id: subscriptionIdSchema, credential: credentialIdSchema }, [
  'id',
  'credential',
])

interface IssueBody {
  readonly kind?: CredentialKind
  readonly name?: string
  readonly expiresAt?: string
}

/** What an app proves itself by: its tenant's alone. */
export function credentialRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, credentials } = ports
  app.post<{ Params: { id: string }; Body: IssueBody | null }>(
    '/v1/subscriptions/:id/credentials',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Issue a key, or the id and secret of an OAuth client; shown this once',
        params: strictObject({ id: subscriptionIdSchema }, ['id']),
        body: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: {
            kind: { enum: ['key', 'secret'] },
            name: nameSchema,
            expiresAt: instantSchema,
          },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { expiresAt, ...wish } = request.body ?? {}
      await requireOwn(request, knex, id, 'subscription.write')
      const ends = expiresAt === undefined ? undefined : Date.parse(expiresAt)
      const issued = await credentials.issue(callerOf(request), id, { ...wish, expiresAt: ends })
      return reply.code(201).header('cache-control', 'no-store').send(issued)
    },
  )
  app.post<{ Params: { id: string; credential: string }; Body: { overlapS?: number } | null }>(
    // Two colons are the router's way to write one.
    '/v1/subscriptions/:id/credentials/:credential(^[0-9a-z]+):::rotate(^rotate$)',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Issue another of the same kind; the old one ends after the overlap (24 h)',
        body: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: { overlapS: { type: 'integer', minimum: 0, maximum: MAX_OVERLAP_S } },
        },
      },
    },
    async (request, reply) => {
      const { id, credential } = request.params
      await requireOwn(request, knex, id, 'subscription.write')
      const overlapS = request.body?.overlapS
      const issued = await credentials.rotate(callerOf(request), id, credential, overlapS)
      return reply.code(201).header('cache-control', 'no-store').send(issued)
    },
  )
  app.delete<{ Params: { id: string; credential: string } }>(
    '/v1/subscriptions/:id/credentials/:credential',
    {
      config: { action: 'subscription.write' },
      schema: { tags, summary: 'Revoke a key or secret, on every node at once', params },
    },
    async (request, reply) => {
      const { id, credential } = request.params
      await requireOwn(request, knex, id, 'subscription.write')
      await credentials.revoke(callerOf(request), id, credential)
      return reply.code(204).send()
    },
  )
}
