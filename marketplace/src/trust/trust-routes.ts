import { keyIdPattern } from '@signalbox/sdk/trust/key-id'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import { actorOf } from '../publishers/authenticate.ts'
import { requireOperator, requireWhole } from '../publishers/require-whole.ts'
import {
  type NewPublisherKey,
  PublisherKeyService,
  type Revocation,
} from './publisher-key-service.ts'
import type { PublisherKey } from './publisher-key-store.ts'
import type { RegistryKeys } from './registry-keys.ts'

export interface TrustOptions extends AccountPorts {
  /** Absent: a host without a key of its own signs nothing. */
  readonly registryKeys?: RegistryKeys
  /** Told that a key was made that has to sign what is there. */
  readonly onSignsOlder?: () => void
}

const tags = ['marketplace']
const MANAGED = 'keys are managed with a token that has no limits'

/** Keys of publishers, by themselves or by the operator; keys of the registry, by the operator. The caller is known. */
export function trustRoutes(app: FastifyInstance, options: TrustOptions): void {
  publisherKeyRoutes(app, new PublisherKeyService(options))
  if (options.registryKeys !== undefined) registryKeyRoutes(app, options, options.registryKeys)
}

interface Named {
  Params: { name: string; keyid: string }
}

function publisherKeyRoutes(app: FastifyInstance, keys: PublisherKeyService): void {
  app.get<Named>(
    '/publishers/:name/keys',
    { schema: { tags, summary: 'The keys a publisher signs by', params: strict({ name }) } },
    async (request) => {
      requireOwn(request, request.params.name)
      return { items: (await keys.list(request.params.name)).map(shown) }
    },
  )
  app.post<Named & { Body: NewPublisherKey }>(
    '/publishers/:name/keys',
    {
      schema: {
        tags,
        summary: 'Register a key; a second one needs the word of the first, or the operator',
        params: strict({ name }),
        body: newKeySchema,
      },
    },
    async (request, reply) => {
      const publisher = request.params.name
      requireOwn(request, publisher)
      requireWhole(actorOf(request), MANAGED)
      const actor = actorOf(request)
      const made = await keys.register(publisher, request.body, actor, request.id)
      return reply.code(201).send(dated(made))
    },
  )
  app.post<Named & { Body: Revocation }>(
    '/publishers/:name/keys/:keyid/revocation',
    {
      schema: {
        tags,
        summary: 'Revoke a key: what it signs from then on is refused',
        params: strict({ name, keyid }),
        body: revocationSchema,
      },
    },
    async (request, reply) => {
      const { name: publisher, keyid: key } = request.params
      requireOwn(request, publisher)
      requireWhole(actorOf(request), MANAGED)
      await keys.revoke(publisher, key, request.body, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
  app.put<Named & { Body: { required: boolean } }>(
    '/publishers/:name/signing',
    {
      schema: {
        tags,
        summary: 'Whether every version of a publisher has to be signed',
        params: strict({ name }),
        body: strict({ required: { type: 'boolean' } }),
      },
    },
    async (request, reply) => {
      requireOperator(actorOf(request))
      const { name: publisher } = request.params
      const { required } = request.body
      await keys.requireSignatures(publisher, required, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
}

function registryKeyRoutes(
  app: FastifyInstance,
  { knex, audit, onSignsOlder }: TrustOptions,
  keys: RegistryKeys,
): void {
  app.post<{ Body: { compromised?: boolean } }>(
    '/signing-keys::rotate',
    {
      schema: {
        tags,
        summary: 'Sign by a new key from now on; compromised: nothing of the old ones is believed',
        body: {
          type: 'object',
          additionalProperties: false,
          properties: { compromised: { type: 'boolean', default: false } },
        },
      },
    },
    async (request, reply) => {
      requireOperator(actorOf(request))
      const isCompromised = request.body.compromised === true
      const { keyid, signsOlder } = await knex.transaction(async (trx: Knex.Transaction) => {
        const made = await keys.rotate(trx, isCompromised)
        const details = { keyid: made.keyid, compromised: isCompromised }
        const subject = 'marketplace'
        const actor = actorOf(request).name
        const action = 'signing-key.rotated'
        await audit?.({ actor, action, subject, traceId: request.id, details }, trx)
        return made
      })
      if (signsOlder) onSignsOlder?.()
      return reply.code(201).send({ keyid })
    },
  )
}

function requireOwn(request: FastifyRequest, publisher: string): void {
  const actor = actorOf(request)
  if (actor.kind === 'operator' || actor.name === publisher) return
  throw marketplaceErrors.create('OPERATOR_ONLY')
}

function shown({ keyid, publicKey, revokedAt, revokeReason, ...times }: PublisherKey) {
  const isoOrNull = revokedAt === null ? null : new Date(revokedAt).toISOString()
  return { ...dated({ keyid, ...times }), publicKey, revokedAt: isoOrNull, revokeReason }
}

function dated<Key extends { readonly notBefore: number; readonly notAfter: number | null }>(
  key: Key,
) {
  const notAfter = key.notAfter === null ? null : new Date(key.notAfter).toISOString()
  return { ...key, notBefore: new Date(key.notBefore).toISOString(), notAfter }
}

const name = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 } as const
const keyid = { type: 'string', pattern: keyIdPattern } as const
/** RFC 3339 with its zone. */
const instant = {
  type: 'string',
  pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z$',
} as const

const newKeySchema = {
  type: 'object',
  required: ['publicKey'],
  additionalProperties: false,
  properties: {
    publicKey: { type: 'string', pattern: '^[A-Za-z0-9+/]{40,120}={0,2}$' },
    endorsement: { type: 'string', minLength: 1, maxLength: 4000 },
    notAfter: instant,
  },
} as const

const revocationSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    since: instant,
    reason: { type: 'string', maxLength: 300, pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$' },
  },
} as const

function strict<Properties extends object>(properties: Properties) {
  const required = Object.keys(properties)
  return { type: 'object', additionalProperties: false, required, properties }
}
