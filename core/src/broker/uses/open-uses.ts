import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import { RetiredSeries } from '../../rollout/routing/retired-series.ts'
import type { RoutingTable } from '../../rollout/routing/routing-table.ts'
import type { HostCall } from '../host-call.ts'
import { type GrantUse, NONE_COVERS } from './grant-uses.ts'
import { HostCallMetrics } from './host-call-metrics.ts'
import { UseRecorder } from './use-recorder.ts'
import { useRoutes } from './use-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly registry: Registry
  readonly routing: Pick<RoutingTable, 'reach' | 'snapshot'>
  /** What plugins can ask for: of other capabilities the host does not see whether they are used. */
  readonly calls: Readonly<Record<string, HostCall>>
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenUses {
  readonly recorder: UseRecorder
  readonly retired: RetiredSeries
  /** Told of each host call. */
  readonly onHostCall: (use: GrantUse) => void
  readonly routes: (app: FastifyInstance) => void
}

/** Used by what comes to a plugin: who hands it on tells of it, no host call does. */
const SEEN_COMING = ['event:subscribe', 'http:receive'] as const

/** What plugins use of their grants, counted for those who watch and kept for those who grant. */
export function openUses({ knex, registry, routing, calls, log }: Ports): OpenUses {
  const recorder = new UseRecorder({ knex, now: Date.now, log })
  const metrics = new HostCallMetrics(registry)
  const asked = Object.values(calls).flatMap(({ capability }) => capability ?? [])
  const visible = new Set([...asked, ...SEEN_COMING])
  const snapshot = () => routing.snapshot
  const retired = new RetiredSeries({ series: [metrics], snapshot, now: Date.now })
  for (const job of [recorder, retired]) job.start()
  return {
    ...{ recorder, retired },
    routes: (app) => useRoutes(app, { knex, routing, uses: recorder, visible, now: Date.now }),
    onHostCall: (use) => {
      metrics.add(use)
      if (use.grant !== NONE_COVERS) recorder.add(use)
    },
  }
}
