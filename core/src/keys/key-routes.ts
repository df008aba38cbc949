import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { CertificateSubject } from './certificate-request.ts'
import { keyAlgorithmNames, keyUsages } from './key-algorithms.ts'
import type { KeyService, KeyWish, MadeKey } from './key-service.ts'
import { type KeyCommand, keyCommands } from './key-states.ts'
import { listKeys } from './key-store.ts'
import { subjectFields } from './one-time/certificate-policy.ts'
import { shownHead, shownKey } from './shown-key.ts'

interface Ports {
  readonly knex: Knex
  readonly keys: KeyService
}

interface Named {
  readonly tenant: string
  readonly key: string
}

const tags = ['keys']
const ofTenant = strictObject({ tenant: idSchema }, ['tenant'])
const ofKey = strictObject({ tenant: idSchema, key: idSchema }, ['tenant', 'key'])

const policySchema = strictObject(
  {
    maxPerHour: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    expiresAt: {
      type: 'string',
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$',
    },
    plugins: { type: 'array', items: pluginNameSchema, minItems: 1, maxItems: 64 },
    jwt: strictObject(
      {
        issuer: { ...nameSchema, maxLength: 255 },
        maxTtlS: { type: 'integer', minimum: 1, maximum: 31_536_000 },
      },
      ['issuer', 'maxTtlS'],
    ),
    certificate: strictObject(
      {
        maxTtlS: { type: 'integer', minimum: 60, maximum: 315_360_000 },
        subjectFields: {
          type: 'array',
          items: { enum: subjectFields },
          maxItems: subjectFields.length,
          uniqueItems: true,
        },
      },
      ['maxTtlS', 'subjectFields'],
    ),
    cmsAttributes: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-2](\\.\\d{1,10}){1,20}$' },
      maxItems: 16,
    },
  },
  [],
)

/** The keys of a tenant: its admin makes them, the operator may look. */
export function keyRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, keys } = ports
  app.post<{ Params: { tenant: string }; Body: KeyWish }>(
    '/v1/tenants/:tenant/keys',
    {
      config: { action: 'key.write' },
      schema: {
        tags,
        summary: 'Make a key; its private half never leaves the host',
        params: ofTenant,
        body: strictObject(
          {
            id: idSchema,
            algorithm: { enum: keyAlgorithmNames },
            usages: {
              type: 'array',
              items: { enum: keyUsages },
              minItems: 1,
              maxItems: keyUsages.length,
              uniqueItems: true,
            },
            policy: policySchema,
          },
          ['id', 'algorithm', 'usages'],
        ),
      },
    },
    async (request, reply) => {
      const made = await keys.create(callerOf(request), request.params.tenant, request.body)
      return reply.code(201).send(shownMade(made))
    },
  )
  app.get<{ Params: { tenant: string }; Querystring: { limit: number; cursor?: string } }>(
    '/v1/tenants/:tenant/keys',
    {
      config: { action: 'key.read' },
      schema: {
        tags,
        summary: "List a tenant's keys",
        params: ofTenant,
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const found = await listKeys(knex, request.params.tenant, { limit, cursor })
      return pageOf(found.map(shownHead), limit, ({ id }) => id)
    },
  )
  app.get<{ Params: Named }>(
    '/v1/tenants/:tenant/keys/:key',
    {
      config: { action: 'key.read' },
      schema: { tags, summary: 'Public keys, certificates, policy and versions', params: ofKey },
    },
    async (request) => shownKey(await keys.get(request.params.tenant, request.params.key)),
  )
  commandRoute(app, keys)
  certificateRoutes(app, keys)
}

function commandRoute(app: FastifyInstance, keys: KeyService): void {
  app.post<{ Params: Named & { command: KeyCommand } }>(
    '/v1/tenants/:tenant/keys/:key(^[a-z0-9][a-z0-9-]{0,62}):::command',
    {
      config: { action: 'key.write' },
      schema: {
        tags,
        summary: 'Give a key a new version, or let it never sign again',
        params: strictObject({ tenant: idSchema, key: idSchema, command: { enum: keyCommands } }, [
          'tenant',
          'key',
          'command',
        ]),
      },
    },
    async (request) => {
      const { tenant, key, command } = request.params
      const caller = callerOf(request)
      if (command === 'rotate') return shownMade(await keys.rotate(caller, tenant, key))
      return shownKey(await keys.disable(caller, tenant, key))
    },
  )
}

function certificateRoutes(app: FastifyInstance, keys: KeyService): void {
  app.put<{ Params: Named; Body: { chain: string } }>(
    '/v1/tenants/:tenant/keys/:key/certificate',
    {
      config: { action: 'key.write' },
      schema: {
        tags,
        summary: "Put the certificate chain of a key: PEM, the key's own first",
        params: ofKey,
        body: strictObject({ chain: { type: 'string', minLength: 1, maxLength: 65_536 } }, [
          'chain',
        ]),
      },
    },
    async (request) => {
      const { tenant, key } = request.params
      return shownKey(await keys.certify(callerOf(request), tenant, key, request.body.chain))
    },
  )
  app.post<{ Params: Named; Body: CertificateSubject }>(
    '/v1/tenants/:tenant/keys/:key/certificate-requests',
    {
      config: { action: 'key.write' },
      schema: {
        tags,
        summary: 'Get a request (PKCS#10) that an authority can certify the key by',
        params: ofKey,
        body: strictObject(
          {
            commonName: { ...nameSchema, maxLength: 64 },
            organization: { ...nameSchema, maxLength: 64 },
            unit: { ...nameSchema, maxLength: 64 },
            country: { type: 'string', pattern: '^[A-Z]{2}$' },
          },
          ['commonName'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, key } = request.params
      const caller = callerOf(request)
      const pem = await keys.requestCertificate(caller, tenant, key, request.body)
      return reply.code(201).send({ request: pem })
    },
  )
}

function shownMade({ key, secret }: MadeKey) {
  return { ...shownKey(key), ...(secret === undefined ? {} : { secret }) }
}
