import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import { exportLines, ndjsonOf } from './audit-export.ts'
import { MAX_KEEP_DAYS, MIN_KEEP_DAYS } from './audit-retention.ts'
import { listAuditEntries } from './audit-store.ts'
import { chainOf, type Head } from './chain.ts'
import { commitChange } from './change.ts'
import { findPolicy, setPolicy } from './retention-store.ts'
import { headAt, verifyChain } from './verify-chain.ts'

interface Ports {
  readonly knex: Knex
  readonly signer: HostSigner
}

interface Filter {
  readonly tenant?: string
  readonly actor?: string
  readonly action?: string
  readonly subject?: string
  readonly outcome?: string
  readonly from?: string
  readonly to?: string
  readonly limit: number
  readonly cursor?: string
}

const wordSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 300,
  pattern: '^[^\\u0000]*$',
} as const
const timeSchema = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d:\\d\\d)$',
} as const
const numberSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const

/** Who did what, newest first: the operator sees all, everybody else the tenant's own. */
export function auditRoutes(app: FastifyInstance, ports: Ports): void {
  listRoute(app, ports)
  verifyRoute(app, ports)
  exportRoute(app, ports)
  policyRoutes(app, ports)
  app.get(
    '/v1/signing-keys',
    {
      config: { action: 'signing_key.read' },
      schema: {
        tags: ['audit'],
        summary: 'Public keys of what the host signs (JWKS): checkpoints of the audit, statements',
      },
    },
    () => ports.signer.jwks(),
  )
}

/** An admin's own; the operator names one, or means the host's entries. */
function chainAsked(request: FastifyRequest, tenant: string | undefined): string {
  const { principal } = request
  return chainOf(tenantOfPrincipal(principal) ?? tenant)
}

function listRoute(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: Filter }>(
    '/v1/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary: 'Read the audit, newest first',
        querystring: strictObject(
          {
            tenant: idSchema,
            actor: wordSchema,
            action: wordSchema,
            subject: wordSchema,
            outcome: wordSchema,
            from: timeSchema,
            to: timeSchema,
            ...pageSchema,
            cursor: { type: 'string', pattern: '^\\d{1,18}$' },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query
      const tenant = tenantOfPrincipal(request.principal) ?? filter.tenant
      const before = cursor === undefined ? undefined : Number(cursor)
      requireTimes({ from: filter.from, to: filter.to })
      const entries = await listAuditEntries(knex, { ...filter, tenant, before, limit })
      return pageOf(entries, limit, (entry) => String(entry.id))
    },
  )
}

/** 2026-13-01 has the form of a time. */
function requireTimes(times: Readonly<Record<string, string | undefined>>): void {
  for (const [name, time] of Object.entries(times)) {
    if (time === undefined || !Number.isNaN(Date.parse(time))) continue
    const faults = [{ pointer: `/${name}`, detail: 'must be a time, such as 2026-06-01T00:00:00Z' }]
    throw coreErrors.create('INPUT_INVALID', {}, { faults })
  }
}

interface PartQuery {
  readonly tenant?: string
  readonly after: number
  readonly hash?: string
  readonly limit: number
}

const partSchema = (most: number) =>
  strictObject(
    {
      tenant: idSchema,
      after: { ...numberSchema, default: 0 },
      hash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      limit: { type: 'integer', minimum: 1, maximum: most, default: most },
    },
    [],
  )

function verifyRoute(app: FastifyInstance, { knex, signer }: Ports): void {
  app.get<{ Querystring: PartQuery }>(
    '/v1/audit::verify',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary:
          'Verify a part of the hash chain: from behind a number on, which may be said with its hash',
        querystring: partSchema(10_000),
      },
    },
    async (request) => {
      const { after, hash, limit, tenant } = request.query
      const chain = chainAsked(request, tenant)
      const from = after === 0 ? undefined : await linkAsked(knex, chain, after, hash)
      return verifyChain(knex, await signer.publicKeys(), { chain, after: from, limit })
    },
  )
}

/** The link as whoever asks knows it; else as it is. */
async function linkAsked(
  knex: Knex,
  chain: string,
  number: number,
  hash: string | undefined,
): Promise<Head> {
  const found = hash === undefined ? await headAt(knex, chain, number) : { number, hash }
  if (found === undefined) throw coreErrors.create('AUDIT_LINK_MISSING', { chain, number })
  return found
}

function exportRoute(app: FastifyInstance, { knex, signer }: Ports): void {
  const open = new Set<Readable>()
  app.addHook('preClose', async () => {
    for (const stream of open) stream.destroy(coreErrors.create('HOST_STOPPING'))
  })
  app.get<{ Querystring: Omit<PartQuery, 'hash'> & { readonly gz: boolean } }>(
    '/v1/audit::export',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary:
          'The hash chain with its signatures and public keys as NDJSON, to be verified anywhere',
        querystring: strictObject(
          {
            tenant: idSchema,
            after: { ...numberSchema, default: 0 },
            limit: { type: 'integer', minimum: 1, maximum: 10_000_000, default: 1_000_000 },
            gz: { type: 'boolean', default: false },
          },
          [],
        ),
      },
    },
    async (request, reply) => {
      const { after: number, limit, gz, tenant } = request.query
      const chain = chainAsked(request, tenant)
      const after = await headAt(knex, chain, number)
      if (after === undefined) throw coreErrors.create('AUDIT_LINK_MISSING', { chain, number })
      const { keys } = await signer.jwks()
      const stream = Readable.from(ndjsonOf(exportLines(knex, keys, { chain, after, limit })))
      open.add(stream)
      stream.once('close', () => open.delete(stream))
      const name = `audit-${chain.replace(':', '')}-${number}.ndjson${gz ? '.gz' : ''}`
      reply.headers({
        'content-type': gz ? 'application/gzip' : 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      if (!gz) return reply.send(stream)
      const zipped = createGzip()
      stream.once('error', (error) => zipped.destroy(error))
      zipped.once('close', () => stream.destroy())
      return reply.send(stream.pipe(zipped))
    },
  )
}

function policyRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex } = ports
  const ofTenant = strictObject({ tenant: idSchema }, ['tenant'])
  const places = [
    {
      url: '/v1/tenants/:tenant/audit-policy',
      read: 'audit.read',
      write: 'audit.keep',
      params: ofTenant,
    },
    {
      url: '/v1/audit-policy',
      read: 'audit.keep.host',
      write: 'audit.keep.host',
      params: undefined,
    },
  ] as const
  for (const { url, read, write, params } of places) {
    const schema = { tags: ['audit'], ...(params === undefined ? {} : { params }) }
    app.get<{ Params: { tenant?: string } }>(
      url,
      {
        config: { action: read },
        schema: { ...schema, summary: 'How long audit entries are kept' },
      },
      async (request) => {
        const policy = await findPolicy(knex, chainOf(request.params.tenant))
        return { keepDays: policy?.keepDays ?? null, leastDays: MIN_KEEP_DAYS }
      },
    )
    app.put<{ Params: { tenant?: string }; Body: { keepDays: number | null } }>(
      url,
      {
        config: { action: write },
        schema: {
          ...schema,
          summary: 'Say how long audit entries are kept; null: for ever',
          body: strictObject(
            { keepDays: { type: ['integer', 'null'], minimum: 1, maximum: MAX_KEEP_DAYS } },
            ['keepDays'],
          ),
        },
      },
      (request) => keepFor(ports, request, request.params.tenant, request.body.keepDays),
    )
  }
}

async function keepFor(
  { knex }: Ports,
  request: FastifyRequest,
  tenant: string | undefined,
  keepDays: number | null,
) {
  if (keepDays !== null && keepDays < MIN_KEEP_DAYS) {
    throw coreErrors.create('AUDIT_KEPT_TOO_SHORT', { least: MIN_KEEP_DAYS })
  }
  const chain = chainOf(tenant)
  const change = {
    ...callerOf(request),
    action: 'audit.kept',
    subject: chain,
    tenant: tenant ?? null,
    detail: { keepDays },
  }
  await commitChange(knex, change, (trx) => setPolicy(trx, chain, keepDays))
  return { keepDays, leastDays: MIN_KEEP_DAYS }
}
