import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import type { JobService, ScheduleWish } from './job-service.ts'

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
const covers = (grant: Grant) => grant.parameters.per === 'tenant'

/** `ctx.jobs`: work of the plugin's own at times of its choice, for the tenant of the call. */
export function jobsCalls(jobs: JobService): Readonly<Record<string, HostCall>> {
  return {
    'jobs.schedule': scheduleCall(jobs),
    'jobs.cancel': cancelCall(jobs),
    'jobs.list': listCall(jobs),
  }
}

function scheduleCall(jobs: JobService): HostCall {
  return {
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
    run: async ({ scope, request }: GrantedCall<ScheduleWish>) => ({
      id: await whileThere(jobs.schedule(scope.tenant, scope.version, request)),
    }),
  }
}

function cancelCall(jobs: JobService): HostCall {
  return {
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
    run: async ({ scope, request }: GrantedCall<{ idOrKey: string }>) => ({
      cancelled: await whileThere(jobs.cancel(ownerOf(scope), request.idOrKey, scope.requestId)),
    }),
  }
}

function listCall(jobs: JobService): HostCall {
  return {
    capability: 'job:schedule',
    covers,
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { cursor: { type: 'string', pattern: idPattern } },
    },
    hasEffect: () => false,
    budget,
    run: async ({ scope, request }: GrantedCall<{ cursor?: string }>) => {
      const { items, ...next } = await whileThere(jobs.list(ownerOf(scope), request.cursor))
      return {
        items: items.map(({ key, nextAt, ...item }) => ({
          ...item,
          ...(key === null ? {} : { key }),
          ...(nextAt === null ? {} : { at: nextAt }),
        })),
        ...next,
      }
    },
  }
}

/** The guest is told that it may try again, and nothing of what PostgreSQL said. */
async function whileThere<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked
  } catch (cause) {
    if (!isDatabaseUnavailable(cause)) throw cause
    throw coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause, retryAfterS: 1 })
  }
}

function ownerOf({ tenant, version }: GrantedCall<unknown>['scope']) {
  return { tenant, plugin: version.plugin }
}
