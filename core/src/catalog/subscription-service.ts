import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Change } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { isMatched } from '../gateway/if-match.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasApp } from '../identity/identity-store.ts'
import { type CatalogService, findService } from './catalog-store.ts'
import { STREAM } from './event-scope.ts'
import { noticedAtSetting } from './notices.ts'
import { isOpenToApps } from './plan-states.ts'
import { findTerms, lockPlan, type Plan, standardPlan } from './plan-store.ts'
import { type CatalogPorts, commitReached } from './reached-change.ts'
import { operationsOf } from './service-operations.ts'
import type { SubscriptionRow } from './subscription.ts'
import {
  decideSubscription,
  type SubscriptionAsk,
  type SubscriptionRefusal,
} from './subscription-rules.ts'
import {
  findSubscription,
  insertSubscription,
  lockSubscription,
  updateSubscription,
} from './subscription-store.ts'

export interface SubscriptionWish {
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly purpose?: string | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
}

export interface SubscriptionOrder extends Omit<SubscriptionAsk, 'actor'> {
  /** The plan that `change-plan` asks for. */
  readonly plan?: string | undefined
  /** `If-Match`: of what the caller saw; another revision refuses. */
  readonly seen?: string | undefined
}

/** Subscribes apps to data services. Every change is in force on this node on return. */
export class SubscriptionService {
  readonly #ports: CatalogPorts

  constructor(ports: CatalogPorts) {
    this.#ports = ports
  }

  /** Active at once, or `requested` where the plan leaves that to the owner of the service. */
  async subscribe(caller: Caller, wish: SubscriptionWish): Promise<SubscriptionRow> {
    const id = `sub_${randomBytes(8).toString('hex')}`
    const changes = ({ row, ownerTenant }: Subscribed) =>
      changesOf(caller, row, {
        action: row.state === 'active' ? 'subscription.created' : 'subscription.requested',
        ownerTenant,
        detail: { ...row },
      })
    const made = await commitReached(this.#ports, changes, async (trx): Promise<Subscribed> => {
      const { plan, ownerTenant } = await requireSubscribable(trx, wish)
      this.#requireScopes(wish)
      const row = this.#rowOf(id, wish, plan)
      if (!(await insertSubscription(trx, row))) {
        const { app, service, major } = wish
        throw coreErrors.create('SUBSCRIPTION_EXISTS', { app, service, major })
      }
      return { row, ownerTenant }
    })
    return made.row
  }

  async command(caller: Caller, id: string, order: SubscriptionOrder): Promise<SubscriptionRow> {
    const { command, reason } = order
    const changes = ({ row, ownerTenant, isAsked }: Commanded) =>
      changesOf(caller, row, {
        action: isAsked ? 'subscription.plan_requested' : `subscription.${command}`,
        ownerTenant: isAsked ? ownerTenant : null,
        detail: {
          ...termsOf(row),
          ...(isAsked ? { wantedPlan: row.wantedPlan } : {}),
          ...(reason === undefined ? {} : { reason }),
        },
      })
    const done = await commitReached(this.#ports, changes, (trx) =>
      this.#decide(trx, { ...order, actor: caller.actor }, id),
    )
    return done.row
  }

  async #decide(
    trx: Knex.Transaction,
    order: SubscriptionOrder & SubscriptionAsk,
    id: string,
  ): Promise<Commanded> {
    const seen = requireFound(await findSubscription(trx, id), id)
    const { service, major } = seen
    // Plans are locked before subscriptions, as by whoever closes one.
    const asked = order.command === 'change-plan' ? order.plan : seen.wantedPlan
    const plan =
      asked === null || asked === undefined
        ? undefined
        : await lockPlan(trx, { id: service, major }, asked, 'share')
    const row = requireFound(await lockSubscription(trx, id), id)
    if (!isMatched(order.seen, `"${row.revision}"`)) {
      throw coreErrors.create('SUBSCRIPTION_CHANGED', { subscription: id, revision: row.revision })
    }
    const terms = await findTerms(trx, {
      service,
      major,
      plan: row.plan,
      version: row.planVersion,
    })
    const facts = {
      now: this.#ports.now(),
      isDecided: terms?.approval === 'manual',
      // Of an approval: another was asked for since.
      plan:
        order.command === 'change-plan' || row.wantedPlan === seen.wantedPlan ? plan : undefined,
    }
    const change = decideSubscription(row, order, facts)
    if (typeof change === 'string') throw refusalOf(change, row, order)
    await updateSubscription(trx, id, change)
    const found = await findService(trx, service, major)
    return {
      row: { ...row, ...change, revision: row.revision + 1 },
      ownerTenant: found?.ownerTenant ?? null,
      isAsked: order.command === 'change-plan' && change.wantedPlan !== null,
    }
  }

  #rowOf(id: string, wish: SubscriptionWish, plan: Plan): SubscriptionRow {
    const { tenant, app, service, major } = wish
    const now = this.#ports.now()
    const expiresAt = wish.expiresAt ?? null
    if (expiresAt !== null && expiresAt <= now) throw pastEnd()
    return {
      id,
      tenant,
      app,
      service,
      major,
      plan: plan.name,
      planVersion: plan.version,
      wantedPlan: null,
      scopes: wish.scopes ?? null,
      state: plan.approval === 'manual' ? 'requested' : 'active',
      revision: 1,
      expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      noticedDays: noticedAtSetting(expiresAt, now),
      purpose: wish.purpose ?? null,
      reason: null,
      decidedBy: null,
      suspendedBy: null,
      suspendedAs: null,
    }
  }

  /** A scope that names no operation would silently allow nothing. */
  #requireScopes({ service, major, scopes = [] }: SubscriptionWish): void {
    const offered = operationsOf(this.#ports.routing.snapshot, service, major)
    if (offered === undefined) return
    for (const operation of scopes) {
      // Its events are heard at an address that stands beside those of operations.
      if (operation !== STREAM && !offered.has(operation)) {
        throw coreErrors.create('OPERATION_MISSING', { service, major, operation })
      }
    }
  }
}

interface Subscribed {
  readonly row: SubscriptionRow
  readonly ownerTenant: string | null
}

interface Commanded extends Subscribed {
  /** Whether what was asked for waits for the owner. */
  readonly isAsked: boolean
}

/** With the tenant: an owner that is asked is another. */
function termsOf(row: SubscriptionRow) {
  const { tenant, app, service, major, plan, planVersion, state, expiresAt } = row
  return { tenant, app, service, major, plan, planVersion, state, expiresAt }
}

/** What waits for an owner stands in the audit of both, and each is told. */
function changesOf(
  caller: Caller,
  { id, tenant }: SubscriptionRow,
  said: { action: string; detail: Change['detail']; ownerTenant: string | null },
): readonly Change[] {
  const { action, detail, ownerTenant } = said
  const change = { ...caller, action, subject: id, tenant, ...(detail && { detail }) }
  const isForOwner = action.endsWith('requested') && ownerTenant !== null && ownerTenant !== tenant
  return isForOwner ? [change, { ...change, tenant: ownerTenant }] : [change]
}

export function requireFound(row: SubscriptionRow | undefined, id: string): SubscriptionRow {
  if (row === undefined) throw coreErrors.create('SUBSCRIPTION_MISSING', { subscription: id })
  return row
}

async function requireSubscribable(
  trx: Knex.Transaction,
  wish: SubscriptionWish,
): Promise<Pick<CatalogService, 'ownerTenant'> & { plan: Plan }> {
  const { tenant, app, service, major } = wish
  const name = wish.plan ?? standardPlan.name
  // First: a removal of its plugin that is under way is waited for, and what it took is not found below.
  const plan = await lockPlan(trx, { id: service, major }, name, 'share')
  const found = await findService(trx, service, major)
  if (found === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
  if (!(await hasApp(trx, tenant, app))) throw coreErrors.create('APP_MISSING', { tenant, app })
  if (plan === undefined) throw coreErrors.create('PLAN_MISSING', { service, major, plan: name })
  if (!isOpenToApps(plan.status)) throw coreErrors.create('PLAN_NOT_OPEN', { plan: name })
  return { plan, ownerTenant: found.ownerTenant }
}

function pastEnd() {
  const faults = [{ pointer: '/expiresAt', detail: 'must lie ahead' }]
  return coreErrors.create('INPUT_INVALID', {}, { faults })
}

function refusalOf(
  refusal: SubscriptionRefusal,
  row: SubscriptionRow,
  { command, plan }: SubscriptionOrder,
) {
  const subscription = row.id
  switch (refusal) {
    case 'COMMAND_REFUSED':
      return coreErrors.create('SUBSCRIPTION_COMMAND_REFUSED', {
        subscription,
        state: row.state,
        command,
      })
    case 'NOT_YOURS':
      return coreErrors.create('SUBSCRIPTION_DECIDED_BY_OWNER', { subscription, command })
    case 'STOPPED_BY_OWNER':
      return coreErrors.create('SUBSCRIPTION_STOPPED_BY_OPERATOR', { subscription })
    case 'PLAN_NOT_OPEN':
      return coreErrors.create('PLAN_NOT_OPEN', { plan: plan ?? row.wantedPlan ?? row.plan })
    case 'PLAN_ALREADY':
      return coreErrors.create('PLAN_ALREADY', { subscription, plan: row.plan })
    case 'END_PAST':
      return pastEnd()
    case 'REASON_MISSING': {
      const faults = [{ pointer: '/reason', detail: 'is required: who asked reads it' }]
      return coreErrors.create('INPUT_INVALID', {}, { faults })
    }
  }
}
