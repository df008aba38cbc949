import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { insertLink, revokeLink } from './link-store.ts'
import { ttlSeconds } from './link-ttl.ts'

interface Ports {
  readonly knex: Knex
  /** Where people reach the host, without a slash at the end. */
  readonly publicUrl: string
  readonly now: () => number
}

interface ShareRequest {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly ttlS?: number
}

/** Living links of a plugin in a tenant. */
const MAX_LINKS = 10_000
const INPUT_LENGTH = 4096

/** What a link's token is found by. */
export function linkHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/**
 * `ctx.links.share`: a link by which someone without an account calls one operation of the plugin, with the part of
 * the input that the plugin fixed.
 */
export function linksShare({ knex, publicUrl, now }: Ports): HostCall {
  return {
    capability: 'link:share',
    covers: (grant: Grant, { operation }: ShareRequest) => grant.parameters.operation === operation,
    schema: {
      type: 'object',
      required: ['operation', 'input'],
      additionalProperties: false,
      properties: {
        operation: { type: 'string', maxLength: 120 },
        input: { type: 'object' },
        ttlS: { type: 'integer', minimum: 1, maximum: 366 * 86_400 },
      },
    },
    hasEffect: () => true,
    budget: { ratePerS: 5, burst: 100 },
    facet: ({ operation }: ShareRequest) => operation,
    audit: ({ request: { operation, ttlS } }: GrantedCall<ShareRequest>) => ({
      subject: operation,
      detail: ttlS === undefined ? {} : { ttlS },
    }),
    run: async ({ scope, request, grant }: GrantedCall<ShareRequest>) => {
      const { plugin, operations } = scope.version
      const found = operations.get(request.operation)
      if (found === undefined) {
        const [service = '', operation = ''] = request.operation.split('/')
        throw coreErrors.create('OPERATION_MISSING', { service, major: 0, operation })
      }
      const ttlS = lifeOf(plugin, grant, request.ttlS)
      requireShort(request.input)
      const token = `lnk_${randomBytes(32).toString('base64url')}`
      const link = {
        id: linkId(now()),
        tenant: scope.tenant,
        plugin,
        service: found.service,
        major: found.major,
        operation: found.name,
        input: request.input,
        expiresAt: new Date(now() + ttlS * 1000).toISOString(),
        hash: linkHash(token),
      }
      if (!(await insertLink(knex, link, MAX_LINKS))) {
        throw coreErrors.create('LINKS_TOO_MANY', { plugin, limit: MAX_LINKS })
      }
      return { id: link.id, url: `${publicUrl}/links/${token}`, expiresAt: link.expiresAt }
    },
  }
}

/** `ctx.links.revoke`: from now on the link is over. */
export function linksRevoke({ knex }: Ports): HostCall {
  return {
    capability: 'link:share',
    covers: () => true,
    schema: {
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: { id: { type: 'string', pattern: '^link_[0-9a-f]{28}$' } },
    },
    hasEffect: () => true,
    audit: ({ request: { id } }: GrantedCall<{ id: string }>) => ({ subject: id, detail: {} }),
    run: async ({ scope, request: { id } }: GrantedCall<{ id: string }>) => {
      const { plugin } = scope.version
      return { revoked: await revokeLink(knex, { tenant: scope.tenant, id, plugin }) }
    },
  }
}

function lifeOf(plugin: string, grant: Grant, asked: number | undefined): number {
  const limit = String(grant.parameters.ttl)
  // A ttl that cannot be read grants nothing.
  const most = ttlSeconds(limit) ?? 0
  const ttlS = asked ?? most
  if (ttlS >= 1 && ttlS <= most) return ttlS
  throw coreErrors.create('LINK_TOO_LONG', { plugin, limit, reached: ttlS })
}

function requireShort(input: object): void {
  if (JSON.stringify(input).length <= INPUT_LENGTH) return
  const detail = `has more than ${INPUT_LENGTH} characters: keep it, and share what finds it`
  throw coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer: '/input', detail }] })
}

/** Sorts by the time it was made. */
function linkId(now: number): string {
  return `link_${now.toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`
}
