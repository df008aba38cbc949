import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import semver from 'semver'
import { coreErrors } from '../../errors.ts'
import { pageOf, pageSchema, serviceIdSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { Page } from '../../identity/identity-store.ts'
import type { RoutingTable } from '../../rollout/routing/routing-table.ts'
import { type Snapshot, serviceKey } from '../../rollout/routing/snapshot.ts'
import { listMajors } from '../catalog-store.ts'
import { deprecationPhase } from '../deprecation.ts'
import { ChangeComparer, compareReleases, placeOf, type Release, releasesOf } from './change-log.ts'
import { listServiceVersions } from './change-log-store.ts'
import { type VersionStatus, versionStatus } from './version-status.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly now: () => number
}

/** Of one page: comparing is the host's own work. */
const MAX_COMPARED = 50

/** What changed from version to version of a service, and where each stands. */
export function changeLogRoutes(app: FastifyInstance, { knex, routing, now }: Ports): void {
  const comparer = new ChangeComparer()
  app.get<{ Params: { id: string }; Querystring: Page }>(
    '/v1/catalog/services/:id/changes',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags: ['catalog'],
        summary: 'What changed between the versions of a service, the highest version first',
        params: strictObject({ id: serviceIdSchema }, ['id']),
        querystring: strictObject(
          {
            limit: { type: 'integer', minimum: 1, maximum: MAX_COMPARED, default: 20 },
            cursor: {
              ...pageSchema.cursor,
              maxLength: 320,
              pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+[0-9A-Za-z.+-]*~[^~]+(~[0-9]{1,6})?$',
            },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { id } = request.params
      const { limit, cursor } = request.query
      if ((await listMajors(knex, id)).length === 0) {
        throw coreErrors.create('SERVICE_MISSING', { service: id, major: 'any' })
      }
      const releases = releasesOf(await listServiceVersions(knex, id))
      const rest = releases.filter((release) => isBelow(release, cursor)).slice(0, limit)
      const items = rest.map((release) => ({
        version: release.version,
        major: release.contract.major,
        plugin: release.plugin,
        previous: release.before?.version ?? null,
        installedAt: release.installedAt.toISOString(),
        status: statusOf(routing.snapshot, release, now()),
        changes: comparer.between(release),
      }))
      return pageOf(items, limit, ({ version, plugin, major }) => `${version}~${plugin}~${major}`)
    },
  )
}

function isBelow(release: Release, cursor: string | undefined): boolean {
  const [version = '', plugin = '', major = '0'] = cursor?.split('~') ?? []
  // What was never a version names no place.
  if (semver.parse(version) === null) return true
  return compareReleases(placeOf(release), { version, plugin, major: Number(major) }) > 0
}

function statusOf(snapshot: Snapshot, release: Release, now: number): VersionStatus {
  const { plugin, version, state, contract } = release
  const stable = snapshot.stable.get(plugin)
  const schedule = snapshot.deprecations.get(serviceKey(contract.id, contract.major))
  return versionStatus({
    state,
    isStable: version === stable,
    isBefore: stable !== undefined && semver.lt(version, stable),
    isPinned: isPinned(snapshot, plugin, version),
    phase: schedule === undefined ? undefined : deprecationPhase(schedule, now).phase,
  })
}

/** Bindings are by tenant and plugin, in one key. */
function isPinned(snapshot: Snapshot, plugin: string, version: string): boolean {
  for (const [key, { binding, pinnedVersion }] of snapshot.bindings) {
    if (binding === 'pinned' && pinnedVersion === version && key.endsWith(` ${plugin}`)) return true
  }
  return false
}
