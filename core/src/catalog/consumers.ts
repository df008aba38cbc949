import type { Knex } from 'knex'
import { usesOf } from '../usage/usage-query-store.ts'
import type { Consumer } from './affected-apps.ts'
import { listSubscribers } from './consumer-store.ts'
import { expectationsOf } from './expectations/expectation-store.ts'

type Wanted = Parameters<typeof listSubscribers>[1] & {
  /** From when on use is looked at. */
  readonly since: Date
}

/** Who is subscribed to a service, what they use of it and what they rely on, by the subscription's id. */
export async function listConsumers(knex: Knex, wanted: Wanted): Promise<Consumer[]> {
  const rows = await listSubscribers(knex, wanted)
  const ids = rows.map(({ subscription }) => subscription)
  const [uses, expectations] = await Promise.all([
    usesOf(knex, ids, wanted.since),
    expectationsOf(knex, ids),
  ])
  return rows.map((row) => ({
    ...row,
    uses: uses.get(row.subscription) ?? [],
    expectations: expectations.get(row.subscription) ?? { reads: {}, examples: [] },
  }))
}
