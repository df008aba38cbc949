import type { Knex } from 'knex'
import { describeRollout, type RolloutDescription } from './describe-rollout.ts'
import type { Rollout } from './rollout-store.ts'
import { type Draining, drainingOf } from './routing/draining.ts'
import type { InFlight } from './routing/in-flight.ts'
import type { RoutingTable } from './routing/routing-table.ts'

export interface ShowingNode {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'snapshot'>
  readonly inFlight: Pick<InFlight, 'of'>
}

export type ShownRollout = RolloutDescription & { readonly draining: Draining | null }

/** A rollout with what only this node can say of it. */
export async function showRollout(node: ShowingNode, rollout: Rollout): Promise<ShownRollout> {
  const described = await describeRollout(node.knex, rollout)
  return { ...described, draining: drainingOf(rollout, node.routing.snapshot, node.inFlight) }
}
