import type { Knex } from 'knex'
import { type Change, commitRoutedChange } from '../audit/change.ts'
import { setOwedGeneration } from '../audit/owed-entry-store.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'

export interface CatalogPorts {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach' | 'snapshot'>
  /** PostgreSQL's clock: nodes compare what they wrote by it. Milliseconds since the epoch. */
  readonly now: () => number
}

/** For changes that many tenants are told of, behind them. */
export interface OwingPorts extends CatalogPorts {
  /** Told that tenants are owed something. */
  readonly onOwed: () => void
}

/** A change of what calls are let in by; in force on this node on return. */
export async function commitReached<Result>(
  { knex, routing }: Pick<CatalogPorts, 'knex' | 'routing'>,
  change: Change | ((result: Result) => readonly Change[]),
  work: (trx: Knex.Transaction) => Promise<Result>,
  record?: (trx: Knex.Transaction, result: Result, generation: number) => Promise<void>,
): Promise<Result> {
  const { result, generation } = await commitRoutedChange(knex, change, work, record)
  await routing.reach(generation)
  return result
}

/** As `commitReached`; whom else the change is told to was put down by the work, which names it as `owed`. */
export async function commitOwing<Result extends { readonly owed: string | undefined }>(
  { onOwed, ...ports }: OwingPorts,
  change: Change,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  const done = await commitReached(ports, change, work, async (trx, { owed }, generation) => {
    if (owed !== undefined) await setOwedGeneration(trx, owed, generation)
  })
  onOwed()
  return done
}
