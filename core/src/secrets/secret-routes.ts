import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { SecretService } from './secret-service.ts'

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['secrets']
const secretSchema = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 } as const
const ofPlugin = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])
const ofSecret = strictObject({ tenant: idSchema, name: pluginNameSchema, secret: secretSchema }, [
  'tenant',
  'name',
  'secret',
])

/**
 * What a header can carry. Fewer than six characters can be guessed, and stand in ordinary text, from which an
 * echo could not be told.
 */
const valueSchema = {
  type: 'string',
  minLength: 6,
  maxLength: 8192,
  pattern: '^[!-~]([ -~]*[!-~])?$',
  description: 'Printable ASCII. It is never shown again.',
} as const

/** Secrets that a tenant stores for a plugin: set, listed without their values, removed. */
export function secretRoutes(app: FastifyInstance, { secrets }: { secrets: SecretService }): void {
  const path = '/v1/tenants/:tenant/plugins/:name/secrets'
  app.get<{ Params: Named }>(
    path,
    {
      config: { action: 'secret.read' },
      schema: { tags, summary: 'Which secrets a plugin uses and who set them', params: ofPlugin },
    },
    async (request) => {
      const { tenant, name } = request.params
      return { items: await secrets.list(tenant, name) }
    },
  )
  app.put<{ Params: Named & { secret: string }; Body: { value: string } }>(
    `${path}/:secret`,
    {
      config: { action: 'secret.write' },
      schema: {
        tags,
        summary: 'Set a secret: a new version, used by the next request',
        params: ofSecret,
        body: strictObject({ value: valueSchema }, ['value']),
      },
    },
    async (request) => {
      const { tenant, name: plugin, secret: name } = request.params
      const { value } = request.body
      return { version: await secrets.set(callerOf(request), { tenant, plugin, name }, value) }
    },
  )
  app.delete<{ Params: Named & { secret: string } }>(
    `${path}/:secret`,
    {
      config: { action: 'secret.write' },
      schema: { tags, summary: 'Remove a secret', params: ofSecret },
    },
    async (request, reply) => {
      const { tenant, name: plugin, secret: name } = request.params
      await secrets.remove(callerOf(request), { tenant, plugin, name })
      return reply.code(204).send()
    },
  )
  app.post(
    '/v1/secrets::rewrap',
    {
      config: { action: 'secret.rewrap' },
      schema: { tags, summary: "Wrap all data keys under the host's newest key" },
    },
    async (request) => secrets.rewrap(callerOf(request)),
  )
}
