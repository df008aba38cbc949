import type { Knex } from 'knex'
import { type Change, commitRoutedChange } from '../audit/change.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'

export interface CatalogPorts {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach' | 'snapshot'>
  /** PostgreSQL's clock: nodes compare what they wrote by it. Milliseconds since the epoch. */
  readonly now: () => number
}

/** A change of what calls are let in by; in force on this node on return. */
export async function commitReached<Result>(
  { knex, routing }: Pick<CatalogPorts, 'knex' | 'routing'>,
  change: Change | ((result: Result) => readonly Change[]),
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  const { result, generation } = await commitRoutedChange(knex, change, work)
  await routing.reach(generation)
  return result
}
