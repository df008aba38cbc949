import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { LevelLedger } from '../catalog/levels/level-ledger.ts'
import { heldTo } from '../catalog/levels/promised-levels.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import type { StopStack } from '../stop-stack.ts'
import { MonthFees } from './month-fees.ts'
import { StatementService } from './statement-service.ts'
import { UsageRecorder } from './usage-recorder.ts'
import { UsageRetention } from './usage-retention.ts'
import { usageRoutes } from './usage-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'now'> & { readonly snapshot: Snapshot }
  readonly signer: HostSigner
  readonly folder: string
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenUsage {
  readonly recorder: UsageRecorder
  /** How calls went, against what their service promises. */
  readonly levels: LevelLedger
  readonly routes: (
    app: FastifyInstance,
    tenantOfSubscription: (id: string) => Promise<string | undefined>,
  ) => void
}

/** What subscribers use, by the clock that all nodes share. */
export async function openUsage(ports: Ports, stops: StopStack): Promise<OpenUsage> {
  const { knex, signer, routing, folder, log } = ports
  const now = () => routing.now()
  const snapshot = () => routing.snapshot
  const monotonic = () => performance.now()
  const levels = new LevelLedger((...of) => heldTo(snapshot(), ...of))
  const counted = { knex, snapshot, now, monotonic, folder, beside: levels, log }
  const recorder = await UsageRecorder.open(counted)
  const retention = new UsageRetention({ knex, now, log })
  const fees = new MonthFees({ knex, snapshot, now, log })
  for (const job of [fees, retention, recorder]) {
    job.start()
    stops.push(() => job.stop())
  }
  const statements = new StatementService({ knex, signer, now })
  const flush = () => recorder.flush()
  return {
    recorder,
    levels,
    routes: (app, tenantOfSubscription) =>
      usageRoutes(app, { knex, now, flush, statements, tenantOfSubscription }),
  }
}
