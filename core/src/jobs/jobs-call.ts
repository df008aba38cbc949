import {
  jobsCancelRule,
  jobsListRule,
  jobsScheduleRule,
  type ScheduleWish,
} from '@signalbox/sdk/host-calls/job-rules'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import type { JobService } from './job-service.ts'

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
    ...jobsScheduleRule,
    run: async ({ scope, request }: GrantedCall<ScheduleWish>) => ({
      id: await whileThere(jobs.schedule(scope.tenant, scope.version, request)),
    }),
  }
}

function cancelCall(jobs: JobService): HostCall {
  return {
    ...jobsCancelRule,
    run: async ({ scope, request }: GrantedCall<{ idOrKey: string }>) => ({
      cancelled: await whileThere(jobs.cancel(ownerOf(scope), request.idOrKey, scope.requestId)),
    }),
  }
}

function listCall(jobs: JobService): HostCall {
  return {
    ...jobsListRule,
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
