import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { InstallService } from '../registry/install-service.ts'
import type { InspectPackage, PackageSource } from '../registry/package-source.ts'
import type { RolloutService } from '../rollout/rollout-service.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { OutlookReader, type ReleaseSource } from './outlook-reader.ts'
import { updateRoutes } from './update-routes.ts'
import { UpdateService } from './update-service.ts'
import { dueUpdates } from './update-store.ts'
import { Updater } from './updater.ts'

interface Ports {
  readonly knex: Knex
  readonly due: DueWatch
  readonly source: PackageSource
  readonly releases: ReleaseSource
  readonly inspect: InspectPackage
  readonly installs: InstallService
  readonly rollouts: RolloutService
  readonly hostVersion: string
  readonly minimumReleaseAgeHours: number
  readonly log: FastifyBaseLogger
}

/** Automatic updates with the clock and the parts of a real host. */
export function openUpdates(ports: Ports, stops: StopStack) {
  const { knex, due, minimumReleaseAgeHours: hostAgeHours } = ports
  const outlooks = new OutlookReader({ ...ports, hostAgeHours, now: Date.now })
  const updater = new Updater({ ...ports, outlooks })
  const updates = new UpdateService(knex, () => updater.look())
  return {
    routes: (app: FastifyInstance) => updateRoutes(app, { knex, outlooks, updates }),
    start() {
      const end = due.when(dueUpdates).begin(() => updater.look())
      stops.push(async () => {
        end()
        await updater.stop()
      })
    },
  }
}
