import type { FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { type Action, isAuthorised } from '../identity/authorise.ts'
import { findService } from './catalog-store.ts'
import type { SubscriptionRow } from './subscription.ts'
import type { SubscriptionSide } from './subscription-states.ts'
import { findSubscription } from './subscription-store.ts'

/** Another tenant's subscription does not exist: the answer must not tell that it does. */
export async function requireOwn(
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

/**
 * What the caller is to a subscription: of the tenant whose app it is, of the owner of the service, or both as the
 * operator is. To everyone else it does not exist.
 * @param action what whoever is of the subscriber's tenant must be allowed
 */
export async function requireSides(
  request: FastifyRequest,
  knex: Knex,
  id: string,
  action: Action,
): Promise<{ readonly row: SubscriptionRow; readonly sides: readonly SubscriptionSide[] }> {
  const { principal } = request
  const row = await findSubscription(knex, id)
  if (row !== undefined) {
    const service = await findService(knex, row.service, row.major)
    const isOwner =
      principal.kind === 'operator' ||
      // A service without an owner has no tenant, and a resource without one is everybody's.
      (typeof service?.ownerTenant === 'string' &&
        isAuthorised(principal, 'subscription.decide', { tenant: service.ownerTenant }))
    const isSubscriber = isAuthorised(principal, action, { tenant: row.tenant })
    const sides: SubscriptionSide[] = [
      ...(isSubscriber ? (['subscriber'] as const) : []),
      ...(isOwner ? (['owner'] as const) : []),
    ]
    if (sides.length > 0) return { row, sides }
  }
  throw coreErrors.create('SUBSCRIPTION_MISSING', { subscription: id })
}
