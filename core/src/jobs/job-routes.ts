import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { describeJobs } from './describe-jobs.ts'
import type { JobService } from './job-service.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly jobs: JobService
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['jobs']
const named = { tenant: idSchema, name: pluginNameSchema } as const
const jobSchema = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 } as const

/** A tenant's jobs of a plugin: when they run, how they ended, and one now. */
export function jobRoutes(app: FastifyInstance, { knex, snapshot, jobs }: Ports): void {
  app.get<{ Params: Named }>(
    '/v1/tenants/:tenant/plugins/:name/jobs',
    {
      config: { action: 'job.read' },
      schema: {
        tags,
        summary: 'The jobs of a plugin in a tenant: when they run next, and how they ended',
        params: strictObject(named, ['tenant', 'name']),
      },
    },
    async (request) => {
      const { tenant, name: plugin } = request.params
      return { items: await describeJobs(knex, snapshot(), { tenant, plugin }) }
    },
  )
  app.post<{ Params: Named & { job: string }; Body: { payload?: unknown } }>(
    '/v1/tenants/:tenant/plugins/:name/jobs/:job(^[^:]+)::run',
    {
      config: { action: 'job.run' },
      schema: {
        tags,
        summary: 'Have a job run now, beside its times',
        params: strictObject({ ...named, job: jobSchema }, ['tenant', 'name', 'job']),
        body: strictObject({ payload: {} }, []),
      },
    },
    async (request, reply) => {
      const { tenant, name: plugin, job } = request.params
      const { payload } = request.body
      const schedule = await jobs.runNow(callerOf(request), { tenant, plugin }, job, payload)
      return reply.code(202).send({ job, schedule })
    },
  )
  app.post<{ Params: Named & { job: string } }>(
    '/v1/tenants/:tenant/plugins/:name/jobs/:job(^[^:]+)::cancel',
    {
      config: { action: 'job.cancel' },
      schema: {
        tags,
        summary: 'End the runs of a job that are under way; its later times stand',
        params: strictObject({ ...named, job: jobSchema }, ['tenant', 'name', 'job']),
      },
    },
    async (request) => {
      const { tenant, name: plugin, job } = request.params
      const cancelled = await jobs.cancelRuns(callerOf(request), { tenant, plugin }, job)
      return { job, cancelled }
    },
  )
}
