import { createHash, randomBytes } from 'node:crypto'
import {
  linkedMissing,
  linksRevokeRule,
  linksShareRule,
  MAX_LINKS,
  requireLink,
  type ShareRequest,
  tooManyLinks,
} from '@signalbox/sdk/host-calls/link-rules'
import type { Knex } from 'knex'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { insertLink, revokeLink } from './link-store.ts'

interface Ports {
  readonly knex: Knex
  /** Where people reach the host, without a slash at the end. */
  readonly publicUrl: string
  readonly now: () => number
}

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
    ...linksShareRule,
    audit: ({ request: { operation, ttlS } }: GrantedCall<ShareRequest>) => ({
      subject: operation,
      detail: ttlS === undefined ? {} : { ttlS },
    }),
    run: async ({ scope, request, grant }: GrantedCall<ShareRequest>) => {
      const { plugin, operations } = scope.version
      const found = operations.get(request.operation)
      if (found === undefined) throw linkedMissing(request.operation)
      const ttlS = requireLink(plugin, grant, request)
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
      if (!(await insertLink(knex, link, MAX_LINKS))) throw tooManyLinks(plugin)
      return { id: link.id, url: `${publicUrl}/links/${token}`, expiresAt: link.expiresAt }
    },
  }
}

/** `ctx.links.revoke`: from now on the link is over. */
export function linksRevoke({ knex }: Ports): HostCall {
  return {
    ...linksRevokeRule,
    audit: ({ request: { id } }: GrantedCall<{ id: string }>) => ({ subject: id, detail: {} }),
    run: async ({ scope, request: { id } }: GrantedCall<{ id: string }>) => {
      const { plugin } = scope.version
      return { revoked: await revokeLink(knex, { tenant: scope.tenant, id, plugin }) }
    },
  }
}

/** Sorts by the time it was made. */
function linkId(now: number): string {
  return `link_${now.toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`
}
