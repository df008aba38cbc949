import type { CallRule, Grant } from './call-rule.ts'
import { misfitOf, nearestMisfit, parseTarget } from './fetch-grant.ts'
import { hostRefusals } from './host-refusals.ts'
import { isSafe } from './redirect-rules.ts'
import { settledGrants } from './settled-origins.ts'

/** Of a path in the audit, or of what did not fit in a refusal. */
const MAX_SHOWN = 300

/** What a guest's `fetch` asks: see sdk/src/guest/fetch.ts. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** In base64. */
  readonly body: string | null
  readonly redirect: 'follow' | 'error' | 'manual'
}

/** `fetch` of a guest: what a grant of `http:fetch` covers. */
export const httpFetchRule = {
  capability: 'http:fetch',
  covers: (grant: Grant, { method, url }: FetchRequest) => {
    const target = parseTarget(url)
    return target !== undefined && misfitOf(grant, method, target) === undefined
  },
  refusal: (grants: readonly Grant[], { method, url }: FetchRequest, { plugin }) => {
    const { part, value } = nearestMisfit(grants, method, url)
    return hostRefusals.create('FETCH_NOT_GRANTED', { plugin, part, value: shown(value) })
  },
  settle: settledGrants,
  schema: {
    type: 'object',
    required: ['method', 'url', 'headers', 'body', 'redirect'],
    additionalProperties: false,
    properties: {
      method: { type: 'string', pattern: '^[A-Za-z-]+$', maxLength: 20 },
      url: { type: 'string', maxLength: 8192 },
      headers: {
        type: 'array',
        maxItems: 100,
        items: {
          type: 'array',
          minItems: 2,
          maxItems: 2,
          items: { type: 'string', maxLength: 16_384 },
        },
      },
      body: { type: ['string', 'null'], maxLength: 262_144, pattern: '^[A-Za-z0-9+/]*={0,2}$' },
      redirect: { enum: ['follow', 'error', 'manual'] },
    },
  },
  hasEffect: ({ method }: FetchRequest) => !isSafe(method),
  budget: { ratePerS: 10, burst: 60 },
  facet: ({ method, url }: FetchRequest) => `${method} ${parseTarget(url)?.origin ?? ''}`,
} as const satisfies CallRule

export function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
