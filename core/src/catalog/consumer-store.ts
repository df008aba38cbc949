import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import { usesOf } from '../usage/usage-query-store.ts'
import type { Consumer } from './affected-apps.ts'
import { expectationsOf } from './expectations/expectation-store.ts'

interface Wanted extends Page {
  readonly service: string
  /** Undefined: all. */
  readonly major?: number | undefined
  /** First day of the uses that are looked at. */
  readonly since: Date
}

/** Who is subscribed to a service, by the subscription's id. */
export async function listConsumers(
  knex: Knex,
  { service, major, since, limit, cursor }: Wanted,
): Promise<Consumer[]> {
  const query = knex('subscriptions')
    .where({ service, ...(major === undefined ? {} : { major }) })
    .whereNotIn('state', ['cancelled', 'rejected', 'expired'])
    .orderBy('id')
    .limit(limit)
    .select({ subscription: 'id' }, 'tenant', 'app', 'service', 'major', 'plan', 'state', 'scopes')
  const rows: Omit<Consumer, 'uses' | 'expectations'>[] = await (cursor === undefined
    ? query
    : query.where('id', '>', cursor))
  const ids = rows.map(({ subscription }) => subscription)
  const [uses, expectations] = await Promise.all([
    usesOf(knex, ids, since),
    expectationsOf(knex, ids),
  ])
  return rows.map((row) => ({
    ...row,
    uses: uses.get(row.subscription) ?? [],
    expectations: expectations.get(row.subscription) ?? { reads: {}, examples: [] },
  }))
}
