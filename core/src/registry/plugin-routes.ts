import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import type { InstallService } from './install-service.ts'
import { installationEvents } from './installation-events.ts'
import type { PermissionComparer } from './permissions/permission-comparer.ts'
import { permissionDiffRoutes } from './permissions/permission-diff-routes.ts'
import {
  hasPlugin,
  type Installation,
  listInstallations,
  listPlugins,
  stableVersion,
} from './registry-store.ts'
import { listConsents } from './terms-store.ts'
import type { VersionPlanner } from './version-planner.ts'

interface Ports {
  readonly knex: Knex
  readonly installs: InstallService
  readonly planner: VersionPlanner
  readonly comparer: PermissionComparer
}

const tags = ['plugins']

const termsHash = {
  type: 'string',
  pattern: '^[0-9a-f]{64}$',
  description: 'The hash of the terms that are agreed to, as the plan of the version tells it.',
} as const

/** Installing from the marketplace and looking at what is installed: the operator's. */
export function pluginRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, installs, planner, comparer } = ports
  planRoute(app, planner)
  termsRoute(app, planner)
  permissionDiffRoutes(app, comparer)
  installationEvents(app, knex)
  app.post<{ Body: { name: string; version?: string; acceptTerms?: string } }>(
    '/v1/plugins',
    {
      config: { action: 'plugin.install' },
      schema: {
        tags,
        summary: 'Install a version from the marketplace',
        body: strictObject(
          { name: pluginNameSchema, version: versionSchema, acceptTerms: termsHash },
          ['name'],
        ),
      },
    },
    async (request, reply) => {
      const { name, version, acceptTerms } = request.body
      const installation = await installs.install(callerOf(request), name, version, acceptTerms)
      return reply.code(201).send(shown(installation))
    },
  )
  app.get<{ Querystring: Page }>(
    '/v1/plugins',
    {
      config: { action: 'plugin.list' },
      schema: { tags, summary: 'List plugins', querystring: strictObject(pageSchema, []) },
    },
    async (request) => {
      const plugins = await listPlugins(knex, request.query)
      return pageOf(plugins, request.query.limit, (plugin) => plugin.name)
    },
  )
  app.get<{ Params: { name: string } }>(
    '/v1/plugins/:name',
    {
      config: { action: 'plugin.read' },
      schema: {
        tags,
        summary: 'A plugin: its versions, their states and faults, and what they ask for',
        params: strictObject({ name: pluginNameSchema }, ['name']),
      },
    },
    async (request) => {
      const plugin = request.params.name
      if (!(await hasPlugin(knex, plugin))) throw coreErrors.create('PLUGIN_MISSING', { plugin })
      const versions = await listInstallations(knex, plugin)
      return {
        name: plugin,
        stableVersion: await stableVersion(knex, plugin),
        acceptedTerms: await listConsents(knex, plugin),
        versions: versions.map(shown),
      }
    },
  )
}

function planRoute(app: FastifyInstance, planner: VersionPlanner): void {
  app.post<{ Params: { name: string }; Body: { version?: string } | null }>(
    '/v1/plugins/:name(^[^:]+)::plan',
    {
      config: { action: 'plugin.plan' },
      schema: {
        tags,
        summary:
          'What a version would do, without doing it: dependencies, capabilities, migrations, contracts, whom it breaks',
        body: ofVersion,
      },
    },
    async (request) => planner.plan(request.params.name, request.body?.version),
  )
}

/** As a plan, and for the same reason no GET: a version of another marketplace is mirrored before it can be looked into. */
function termsRoute(app: FastifyInstance, planner: VersionPlanner): void {
  app.post<{ Params: { name: string }; Body: { version?: string } | null }>(
    '/v1/plugins/:name(^[^:]+)::terms',
    {
      config: { action: 'plugin.plan' },
      schema: {
        tags,
        summary:
          'What whoever installs a version agrees to: licence, price, plans, the text, and their hash',
        body: ofVersion,
      },
    },
    async (request) => planner.terms(request.params.name, request.body?.version),
  )
}

const ofVersion = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { version: versionSchema },
} as const

function shown(installation: Installation) {
  const { manifest, contracts, bundleSha256: _, ...rest } = installation
  return {
    ...rest,
    displayName: manifest.displayName,
    tier: manifest.runtime.tier,
    requires: manifest.requires ?? {},
    capabilities: manifest.capabilities ?? {},
    services: Object.values(contracts).map(({ id, major }) => ({ id, major })),
  }
}
