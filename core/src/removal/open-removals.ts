import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { PluginDatabases } from '../broker/db/plugin-databases.ts'
import { removedPlugins } from '../rollout/routing/changed-plugins.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DataFolder } from '../storage/data-folder.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { removeDrafts } from './export/export-plugin.ts'
import { removalRoutes } from './removal-routes.ts'
import { RemovalService } from './removal-service.ts'
import { RemovalWorker, type WorkerPorts } from './removal-worker.ts'

/** What a killed host left is gone on with this soon, and what others removed is forgotten on this node. */
const LOOK_MS = 5000

interface Ports extends Omit<WorkerPorts, 'home' | 'node' | 'process' | 'now' | 'schemas'> {
  readonly routing: Pick<RoutingTable, 'reach' | 'follow'>
  readonly schemas: WorkerPorts['schemas'] & Pick<PluginDatabases, 'forget'>
  readonly folder: Pick<DataFolder, 'path' | 'readOrCreateSecret'>
}

export interface Removals {
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): void
  start(): void
}

export function openRemovals({ folder, ...ports }: Ports, stops: StopStack): Removals {
  const worker = new RemovalWorker({
    ...ports,
    home: folder.path,
    node: () => folder.readOrCreateSecret('node-id'),
    process: randomUUID(),
    now: Date.now,
  })
  const service = new RemovalService({ ...ports, worker })
  ports.routing.follow((before, after) => {
    for (const plugin of removedPlugins(before, after)) ports.schemas.forget(plugin)
  })
  let drafts: Promise<void> | undefined
  const looks = new RepeatedRun(async () => {
    await drafts
    await worker.look()
  }, LOOK_MS)
  return {
    routes: (scope) => removalRoutes(scope, service),
    start() {
      // First: an export of this start must not meet what the one before left, nor be taken for it.
      drafts ??= removeDrafts(join(folder.path, 'exports')).catch((err: unknown) => {
        ports.log.warn({ err }, 'what is left of an export cannot be removed')
      })
      void looks.run()
      looks.start()
      stops.push(async () => {
        await worker.stop()
        await looks.stop()
      })
    },
  }
}
