import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { hostVersion } from '../host-version.ts'
import { baseOf } from '../pages/ui-path.ts'
import { callOf, viewerOf } from '../pages/viewer.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import {
  type Asker,
  type Contribution,
  contributedPoints,
  contributionsTo,
  pointOwner,
} from './contributions.ts'
import type { PointSchemas } from './point-schemas.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly points: PointSchemas
}

interface Query {
  readonly point?: string
  readonly limit: number
  readonly cursor?: string
}

/** What the plugins of a tenant put into each other, and why something does not show. */
export function contributionsRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: Query }>(
    '/v1/tenants/:tenant/contributions',
    {
      // What it lists belongs to no unit: whoever has a role in any may see what his pages are made of.
      config: { action: 'contribution.list', decidesUnit: true },
      schema: {
        tags: ['plugins of a tenant'],
        summary: 'What plugins put into extension points, and whether it fits',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(
          {
            point: { type: 'string', maxLength: 120 },
            ...pageSchema,
            cursor: { type: 'string', pattern: '^\\d{1,9}$' },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { point, limit, cursor } = request.query
      const asker = callOf(viewerOf(request), request.params.tenant, randomUUID())
      const snapshot = ports.snapshot()
      const points = point === undefined ? contributedPoints(snapshot, asker) : [point]
      const all = points.flatMap((one) =>
        contributionsTo(snapshot, one, asker).map((made) => ({ point: one, made })),
      )
      const from = cursor === undefined ? 0 : Number(cursor)
      const page = all.slice(from, from + limit)
      const items = await Promise.all(
        page.map(({ point: into, made }) => describe(ports, asker, into, made)),
      )
      return pageOf(items, limit, () => String(from + limit))
    },
  )
}

async function describe(ports: Ports, asker: Asker, point: string, made: Contribution) {
  return { ...(await fitOf(ports, asker, point, made)), ...placeOf(ports.snapshot(), made) }
}

/** Where the files of its version stand, and whether they may be more than a frame: see pages/ui-headers.ts. */
function placeOf({ versions }: Snapshot, made: Contribution) {
  const of = versions.get(versionKey(made.plugin, made.version))
  return { tier: of?.manifest.runtime.tier ?? null, base: baseOf(made) }
}

async function fitOf({ snapshot, points }: Ports, asker: Asker, point: string, made: Contribution) {
  const byHost = points.hostFaults(point, made.value)
  if (byHost !== undefined) {
    const owner = { plugin: 'host', version: hostVersion }
    return { point, ...made, owner, fits: byHost.length === 0, errors: byHost }
  }
  const owner = pointOwner(snapshot(), point, asker)
  if (owner === undefined) return { point, ...made, owner: null, fits: false, errors: [] }
  const errors = await points.faults(owner, point, made.value)
  const { plugin, version } = owner
  return { point, ...made, owner: { plugin, version }, fits: errors.length === 0, errors }
}
