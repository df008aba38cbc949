import type { CapabilityRequest } from '@signalbox/sdk/manifest'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import { wishedTypes } from '../host-events/host-event-types.ts'
import type { Page } from '../identity/identity-store.ts'
import type { Binding } from '../rollout/routing/snapshot.ts'
import type { BindingService } from './binding-service.ts'
import { findBinding, listGrants, listTenantPlugins } from './binding-store.ts'
import { findConfig } from './config-store.ts'
import { isConsented, requestedCapabilities } from './consent.ts'
import { listOpenConsents } from './open-consents-store.ts'
import { findInstallation, hasPlugin, stableVersion } from './registry-store.ts'

interface Ports {
  readonly knex: Knex
  readonly bindings: BindingService
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const params = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])
const capabilitySchema = { type: 'string', pattern: '^[a-z]+(:[a-z]+)?$', maxLength: 60 } as const

/** Consent, on and off: the tenant admin's. */
export function tenantPluginRoutes(app: FastifyInstance, { knex, bindings }: Ports): void {
  app.get<{ Params: Named }>(
    '/v1/tenants/:tenant/plugins/:name',
    {
      config: { action: 'binding.read' },
      schema: { tags, summary: 'What a plugin is and may do in a tenant', params },
    },
    async (request) => describe(knex, request.params.tenant, request.params.name),
  )
  app.get<{ Params: { tenant: string }; Querystring: Page }>(
    '/v1/tenants/:tenant/plugins',
    {
      config: { action: 'binding.read' },
      schema: {
        tags,
        summary: 'Every plugin of the host, and what a tenant does with it',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const items = await listTenantPlugins(knex, request.params.tenant, request.query)
      return pageOf(items, request.query.limit, ({ plugin }) => plugin)
    },
  )
  app.put<{ Params: Named; Body: { binding: Binding['binding']; version?: string } }>(
    '/v1/tenants/:tenant/plugins/:name',
    {
      config: { action: 'binding.write' },
      schema: {
        tags,
        summary: 'Enable, disable, pin or hold a plugin',
        params,
        body: strictObject(
          {
            binding: { enum: ['enabled', 'disabled', 'pinned', 'held'] },
            version: versionSchema,
          },
          ['binding'],
        ),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      await bindings.bind(callerOf(request), tenant, name, request.body)
      return describe(knex, tenant, name)
    },
  )
  openConsentsRoute(app, knex)
  grantRoutes(app, bindings)
}

function openConsentsRoute(app: FastifyInstance, knex: Knex): void {
  app.get<{ Params: { tenant: string }; Querystring: Page }>(
    '/v1/tenants/:tenant/open-consents',
    {
      config: { action: 'binding.read' },
      schema: {
        tags,
        summary:
          'What versions of enabled plugins cannot do without, and nobody in the tenant consented to',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(pageSchema, []),
      },
    },
    (request) => listOpenConsents(knex, request.params.tenant, request.query),
  )
}

function grantRoutes(app: FastifyInstance, bindings: BindingService): void {
  app.post<{ Params: Named; Body: { version?: string; capabilities: string[] } }>(
    '/v1/tenants/:tenant/plugins/:name/grants',
    {
      config: { action: 'grant.write' },
      schema: {
        tags,
        summary: 'Consent to capabilities that a version asks for',
        params,
        body: strictObject(
          {
            version: versionSchema,
            capabilities: { type: 'array', items: capabilitySchema, minItems: 1, maxItems: 64 },
          },
          ['capabilities'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, name } = request.params
      const grants = await bindings.grant(callerOf(request), tenant, name, request.body)
      return reply.code(201).send({ items: grants })
    },
  )
  app.delete<{ Params: Named & { grant: string } }>(
    '/v1/tenants/:tenant/plugins/:name/grants/:grant',
    {
      config: { action: 'grant.write' },
      schema: {
        tags,
        summary: 'Take a grant back',
        params: strictObject(
          {
            tenant: idSchema,
            name: pluginNameSchema,
            grant: { type: 'string', pattern: '^grt_[0-9a-f]{16}$' },
          },
          ['tenant', 'name', 'grant'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, name, grant } = request.params
      await bindings.revoke(callerOf(request), tenant, name, grant)
      return reply.code(204).send()
    },
  )
}

async function describe(knex: Knex, tenant: string, plugin: string) {
  if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  const binding = await findBinding(knex, tenant, plugin)
  const version = binding?.pinnedVersion ?? (await stableVersion(knex, plugin))
  const installation = version === null ? undefined : await findInstallation(knex, plugin, version)
  const grants = await listGrants(knex, tenant, plugin)
  const requested = installation === undefined ? [] : requestedCapabilities(installation.manifest)
  const config = await findConfig(knex, tenant, plugin)
  return {
    tenant,
    plugin,
    version,
    binding: binding?.binding ?? 'disabled',
    capabilities: requested.map((wish) => {
      const { hash: _, ...told } = wish
      return { ...told, ...toldBy(wish), granted: isConsented(grants, wish) }
    }),
    grants,
    config: config?.config ?? {},
    configRevision: config?.revision ?? 0,
  }
}

/** Beside the author's words the host's: what it will tell, of a wish for its own events. */
function toldBy({ name, parameters }: Pick<CapabilityRequest, 'name' | 'parameters'>) {
  const { type } = parameters as { readonly type?: string }
  if (name !== 'event:subscribe' || type === undefined) return {}
  const tells = wishedTypes(type)
  return tells.length === 0 ? {} : { tells }
}
