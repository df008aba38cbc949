import type { CallRule, Grant } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'
import { ttlSeconds } from './link-ttl.ts'

export interface ShareRequest {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly ttlS?: number
}

/** Living links of a plugin in a tenant. */
export const MAX_LINKS = 10_000

const INPUT_LENGTH = 4096

/** `ctx.links.share`: a link by which someone without an account calls one operation of the plugin. */
export const linksShareRule = {
  capability: 'link:share',
  covers: (grant: Grant, { operation }: ShareRequest) =>
    grant.parameters['operation'] === operation,
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
} as const satisfies CallRule

/** `ctx.links.revoke`: from now on the link is over. */
export const linksRevokeRule = {
  capability: 'link:share',
  covers: () => true,
  schema: {
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    properties: { id: { type: 'string', pattern: '^link_[0-9a-f]{28}$' } },
  },
  hasEffect: () => true,
} as const satisfies CallRule

/** Of a link's operation that the version does not have. @returns CORE_OPERATION_MISSING */
export function linkedMissing(named: string): Error {
  const [service = '', operation = ''] = named.split('/')
  return hostRefusals.create('OPERATION_MISSING', { service, major: 0, operation })
}

/**
 * What is kept with a link, held to the grant.
 * @returns how long it lasts, in seconds. @throws CORE_LINK_TOO_LONG, CORE_INPUT_INVALID
 */
export function requireLink(plugin: string, grant: Grant, { input, ttlS }: ShareRequest): number {
  const lasts = lifeOf(plugin, grant, ttlS)
  if (JSON.stringify(input).length <= INPUT_LENGTH) return lasts
  const detail = `has more than ${INPUT_LENGTH} characters: keep it, and share what finds it`
  throw hostRefusals.create('INPUT_INVALID', {}, { faults: [{ pointer: '/input', detail }] })
}

/** @returns CORE_LINKS_TOO_MANY */
export function tooManyLinks(plugin: string): Error {
  return hostRefusals.create('LINKS_TOO_MANY', { plugin, limit: MAX_LINKS })
}

function lifeOf(plugin: string, grant: Grant, asked: number | undefined): number {
  const limit = String(grant.parameters['ttl'])
  // A ttl that cannot be read grants nothing.
  const most = ttlSeconds(limit) ?? 0
  const ttlS = asked ?? most
  if (ttlS >= 1 && ttlS <= most) return ttlS
  throw hostRefusals.create('LINK_TOO_LONG', { plugin, limit, reached: ttlS })
}
