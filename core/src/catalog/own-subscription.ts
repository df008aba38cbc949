import type { FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { type Action, isAuthorised } from '../identity/authorise.ts'
import { findSubscription, type SubscriptionRow } from './subscription-store.ts'

/** Another tenant's subscription does not exist: the answer must not tell that it does. */
export async function requireOwnSubscription(
  request: FastifyRequest,
  knex: Knex,
  id: string,
  action: Action,
): Promise<SubscriptionRow> {
  const row = await findSubscription(knex, id)
  if (row === undefined || !isAuthorised(request.principal, action, { tenant: row.tenant })) {
    throw coreErrors.create('SUBSCRIPTION_MISSING', { subscription: id })
  }
  return row
}
