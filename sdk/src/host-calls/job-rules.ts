import type { Manifest } from '../manifest/manifest.ts'
import type { Asker, CallRule, Grant } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'

export interface ScheduleWish {
  readonly job: string
  readonly at?: number
  readonly afterMs?: number
  readonly key?: string
  readonly payload?: unknown
}

/** Each asks PostgreSQL once or twice; a plugin that plans a whole day at once still gets through. */
const budget = { ratePerS: 50, burst: 500 } as const

/** An id could be taken for a key, and the other way round. */
const idPattern = '^sch_[0-9a-f]{24}$'
const jobSchema = { type: 'string', minLength: 1, maxLength: 60 } as const
/** No control characters, and no half of a pair: PostgreSQL keeps neither as it came. */
const keySchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$',
} as const

const instantSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const

/** A grant for each tenant is what a call within one can use. */
const covers = (grant: Grant) => grant.parameters['per'] === 'tenant'

export const jobsScheduleRule = {
  capability: 'job:schedule',
  covers,
  schema: {
    type: 'object',
    required: ['job'],
    additionalProperties: false,
    properties: {
      job: jobSchema,
      at: instantSchema,
      afterMs: instantSchema,
      key: { ...keySchema, not: { pattern: idPattern } },
      payload: {},
    },
    oneOf: [
      { required: ['at'], properties: { at: {} } },
      { required: ['afterMs'], properties: { afterMs: {} } },
    ],
  },
  hasEffect: () => true,
  budget,
  facet: ({ job }: ScheduleWish) => job,
} as const satisfies CallRule

export const jobsCancelRule = {
  capability: 'job:schedule',
  covers,
  schema: {
    type: 'object',
    required: ['idOrKey'],
    additionalProperties: false,
    properties: { idOrKey: keySchema },
  },
  hasEffect: () => true,
  budget,
} as const satisfies CallRule

export const jobsListRule = {
  capability: 'job:schedule',
  covers,
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: { cursor: { type: 'string', pattern: idPattern } },
  },
  hasEffect: () => false,
  budget,
} as const satisfies CallRule

/** Of the payload as JSON: what is more lies in a table. */
const MAX_PAYLOAD_BYTES = 16 * 1024

/** Further than anybody plans; a slip in the unit of an instant is more. */
const MAX_AHEAD_MS = 10 * 366 * 24 * 3_600_000

/** @throws CORE_JOB_UNKNOWN */
export function requireJob(manifest: Manifest, { plugin, tenant }: Asker, job: string): void {
  if ((manifest.provides?.jobs ?? []).some(({ id }) => id === job)) return
  throw hostRefusals.create('JOB_UNKNOWN', { plugin, tenant, job })
}

/** @throws CORE_JOB_PAYLOAD_TOO_LARGE */
export function payloadText(job: string, payload: unknown): string | null {
  if (payload === undefined) return null
  const text = JSON.stringify(payload)
  const reached = Buffer.byteLength(text)
  if (reached <= MAX_PAYLOAD_BYTES) return text
  throw hostRefusals.create('JOB_PAYLOAD_TOO_LARGE', { job, reached, limit: MAX_PAYLOAD_BYTES })
}

/**
 * A past instant is now: the order of schedules that are due is the order in which they were asked for.
 * @throws CORE_INPUT_INVALID
 */
export function instantOf({ at, afterMs }: ScheduleWish, now: number): number {
  const instant = at ?? now + (afterMs ?? 0)
  if (instant - now <= MAX_AHEAD_MS) return Math.max(instant, now)
  const pointer = at === undefined ? '/afterMs' : '/at'
  const detail = 'must be at most ten years ahead, in milliseconds'
  throw hostRefusals.create('INPUT_INVALID', {}, { faults: [{ pointer, detail }] })
}
