import type { ValidateFunction } from 'ajv/dist/2020.js'
import { faultsOf } from '../schema/validate.ts'
import type { CallRule, Grant } from './call-rule.ts'
import { MAX_DATA_BYTES, MAX_DEPTH, MAX_HOPS, MAX_KEY_LENGTH } from './cloud-event.ts'
import { hostRefusals } from './host-refusals.ts'
import { isDeeperThan } from './json-depth.ts'

/** What a plugin wants to publish, not trusted. */
export interface EventWish {
  readonly type: string
  readonly data: unknown
  readonly key?: string
  readonly id?: string
}

/** No control characters, and no half of a surrogate pair: what PostgreSQL would store is what was said. */
const wordSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_KEY_LENGTH,
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
} as const

/** What of an event its plugin says. */
export const eventWishSchema = {
  type: 'object',
  required: ['type', 'data'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', minLength: 1, maxLength: 100 },
    data: {},
    key: wordSchema,
    id: wordSchema,
  },
} as const

/** `ctx.events.publish`: an event of a type that the plugin declares, for whoever subscribed in this tenant. */
export const eventsPublishRule = {
  capability: 'event:publish',
  covers: (grant: Grant, { type }: EventWish) => coversType(grant, type),
  schema: eventWishSchema,
  hasEffect: () => true,
  // A line that reports each piece, for a plugin in a tenant on each node. Beyond it, one event names many things.
  budget: { ratePerS: 1000, burst: 2000 },
  facet: ({ type }: EventWish) => type,
} as const satisfies CallRule

export function coversType({ capability, parameters }: Grant, type: string): boolean {
  return capability === 'event:publish' && parameters['type'] === type
}

export interface Publisher {
  readonly plugin: string
  readonly version: string
  readonly tenant: string
  readonly grants: readonly Grant[]
  readonly isDeclared: (type: string) => boolean
  /** Of the event that would be published. */
  readonly hops: number
}

/** @throws CORE_GRANT_MISSING, CORE_EVENT_TYPE_UNDECLARED, CORE_EVENT_TOO_MANY_HOPS */
export function requirePublisher(by: Publisher, type: string): void {
  const { plugin, version, tenant, grants, hops } = by
  if (!grants.some((grant) => coversType(grant, type))) {
    throw hostRefusals.create('GRANT_MISSING', { plugin, capability: 'event:publish', tenant })
  }
  if (!by.isDeclared(type)) {
    throw hostRefusals.create('EVENT_TYPE_UNDECLARED', { plugin, version, type })
  }
  if (hops <= MAX_HOPS) return
  throw hostRefusals.create('EVENT_TOO_MANY_HOPS', { plugin, type, hops, limit: MAX_HOPS })
}

/** @throws CORE_EVENT_TOO_LARGE, CORE_EVENT_BREAKS_SCHEMA */
export function requireData(
  { plugin, version }: Pick<Publisher, 'plugin' | 'version'>,
  { type, data = null }: EventWish,
  validate: ValidateFunction,
): void {
  const said = { plugin, version, type }
  if (isDeeperThan(data, MAX_DEPTH)) {
    const faults = [{ pointer: '', detail: `is nested deeper than ${MAX_DEPTH} levels` }]
    throw hostRefusals.create('EVENT_BREAKS_SCHEMA', said, { faults })
  }
  const reached = Buffer.byteLength(JSON.stringify(data))
  if (reached > MAX_DATA_BYTES) {
    throw hostRefusals.create('EVENT_TOO_LARGE', { type, reached, limit: MAX_DATA_BYTES })
  }
  // Only true is a yes: a promise, which an $async schema would give, is not.
  if (validate(data) === true) return
  throw hostRefusals.create('EVENT_BREAKS_SCHEMA', said, { faults: faultsOf(validate) })
}
