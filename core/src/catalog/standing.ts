import { coreErrors } from '../errors.ts'
import type { Subscription } from '../rollout/routing/snapshot.ts'
import { isOver } from './credential.ts'

/**
 * Whether a subscription may be used now: its own state, its end and its app's. At the instant of its end it is over on
 * every node, before any of them has written that.
 * @throws CORE_APP_SUSPENDED, CORE_SUBSCRIPTION_SUSPENDED, CORE_SUBSCRIPTION_INACTIVE
 */
export function requireStanding(subscription: Subscription, now: number): void {
  const { id, state, app, expiresAt, isAppSuspended } = subscription
  if (isAppSuspended === true) throw coreErrors.create('APP_SUSPENDED', { app })
  if (state === 'suspended') throw coreErrors.create('SUBSCRIPTION_SUSPENDED', { subscription: id })
  if (state !== 'active' || isOver(expiresAt, now)) {
    const shown = state === 'active' ? 'expired' : state
    throw coreErrors.create('SUBSCRIPTION_INACTIVE', { subscription: id, state: shown })
  }
}
