import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import type { Consumer } from './affected-apps.ts'

interface Wanted extends Page {
  readonly service: string
  /** Undefined: all. */
  readonly major?: number | undefined
}

/** A subscription, without what is known of its use. */
export type Subscriber = Omit<Consumer, 'uses' | 'expectations'>

/** Who is subscribed to a service, by the subscription's id. */
export async function listSubscribers(
  knex: Knex,
  { service, major, limit, cursor }: Wanted,
): Promise<Subscriber[]> {
  const query = knex('subscriptions')
    .where({ service, ...(major === undefined ? {} : { major }) })
    .whereNotIn('state', ['cancelled', 'rejected', 'expired'])
    .orderBy('id')
    .limit(limit)
    .select({ subscription: 'id' }, 'tenant', 'app', 'service', 'major', 'plan', 'state', 'scopes')
  return cursor === undefined ? query : query.where('id', '>', cursor)
}
