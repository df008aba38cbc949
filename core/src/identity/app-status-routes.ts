import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, strictObject } from '../gateway/http-schemas.ts'
import type { AppCommand, AppStatusService } from './app-status-service.ts'

/** To stop an app at once, whatever keys it has and whatever it subscribed to. */
export function appStatusRoutes(
  app: FastifyInstance,
  { status }: { readonly status: AppStatusService },
): void {
  app.post<{ Params: { tenant: string; app: string; command: AppCommand } }>(
    // Two colons are the router's way to write one.
    '/v1/tenants/:tenant/apps/:app(^[a-z0-9-]+):::command',
    {
      config: { action: 'app.suspend' },
      schema: {
        tags: ['identity'],
        summary: 'Suspend an app with all that it subscribed to, or resume it',
        params: strictObject(
          { tenant: idSchema, app: idSchema, command: { enum: ['suspend', 'resume'] } },
          ['tenant', 'app', 'command'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, app: id, command } = request.params
      await status.command(callerOf(request), { tenant, id }, command)
      return reply.code(204).send()
    },
  )
}
