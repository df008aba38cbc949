import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { makeApiKey } from '../gateway/api-key.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasApp } from '../identity/identity-store.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { findService, listPlans, sharePlan, standardPlan } from './catalog-store.ts'
import { nextSubscriptionState, type SubscriptionCommand } from './subscription-states.ts'
import {
  findSubscription,
  insertCredential,
  insertSubscription,
  listCredentials,
  lockSubscription,
  revokeCredential,
  type SubscriptionRow,
  setSubscriptionState,
} from './subscription-store.ts'

export interface SubscriptionWish {
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

/** Two keys at a time: enough to change one for the other without a pause, too few to lose count of. */
const MAX_CREDENTIALS = 2

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
}

/** Subscribes apps to data services and gives them keys. Every change is in force on this node on return. */
export class SubscriptionService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async subscribe(caller: Caller, wish: SubscriptionWish): Promise<SubscriptionRow> {
    const { tenant, app, service, major } = wish
    const row: SubscriptionRow = {
      id: `sub_${randomBytes(8).toString('hex')}`,
      tenant,
      app,
      service,
      major,
      plan: wish.plan ?? standardPlan.name,
      scopes: wish.scopes ?? null,
      // The tenant's own admin subscribes, and every plan of today approves by itself.
      state: 'active',
      suspendedBy: null,
    }
    await this.#change(caller, 'subscription.created', row, { ...row }, async (trx) => {
      await requireSubscribable(trx, this.#ports.routing, row)
      if (!(await insertSubscription(trx, row))) {
        throw coreErrors.create('SUBSCRIPTION_EXISTS', { app, service, major })
      }
    })
    return row
  }

  async command(
    caller: Caller,
    id: string,
    command: SubscriptionCommand,
  ): Promise<SubscriptionRow> {
    const row = requireFound(await findSubscription(this.#ports.knex, id), id)
    const action = `subscription.${command}`
    return this.#change(caller, action, row, {}, async (trx) => {
      const { state, suspendedBy } = requireFound(await lockSubscription(trx, id), id)
      const next = nextSubscriptionState(state, command)
      if (next === undefined) {
        const parameters = { subscription: id, state, command }
        throw coreErrors.create('SUBSCRIPTION_COMMAND_REFUSED', parameters)
      }
      if (command === 'resume' && suspendedBy === 'operator' && caller.actor !== 'operator') {
        throw coreErrors.create('SUBSCRIPTION_STOPPED_BY_OPERATOR', { subscription: id })
      }
      await setSubscriptionState(trx, id, next, next === 'suspended' ? caller.actor : null)
      return { ...row, state: next }
    })
  }

  /** @returns the key, shown this once: only its hash is kept. */
  async issueCredential(caller: Caller, id: string): Promise<{ id: string; key: string }> {
    const made = makeApiKey(randomBytes(45))
    const row = requireFound(await findSubscription(this.#ports.knex, id), id)
    await this.#change(caller, 'credential.issued', row, { credential: made.id }, async (trx) => {
      requireFound(await lockSubscription(trx, id), id)
      const live = await listCredentials(trx, id)
      if (live.length >= MAX_CREDENTIALS) {
        throw coreErrors.create('CREDENTIAL_LIMIT', { subscription: id })
      }
      await insertCredential(trx, { id: made.id, subscription: id, hash: made.hash })
    })
    return { id: made.id, key: made.key }
  }

  async revokeCredential(caller: Caller, id: string, credential: string): Promise<void> {
    const row = requireFound(await findSubscription(this.#ports.knex, id), id)
    await this.#change(caller, 'credential.revoked', row, { credential }, async (trx) => {
      if (!(await revokeCredential(trx, id, credential))) {
        throw coreErrors.create('CREDENTIAL_MISSING', { subscription: id, credential })
      }
    })
  }

  async #change<Result>(
    caller: Caller,
    action: string,
    row: SubscriptionRow,
    detail: Readonly<Record<string, unknown>>,
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    const change = { ...caller, action, subject: row.id, tenant: row.tenant, detail }
    const { result, generation } = await commitRoutedChange(this.#ports.knex, change, work)
    await this.#ports.routing.reach(generation)
    return result
  }
}

function requireFound(row: SubscriptionRow | undefined, id: string): SubscriptionRow {
  if (row === undefined) throw coreErrors.create('SUBSCRIPTION_MISSING', { subscription: id })
  return row
}

async function requireSubscribable(
  trx: Knex,
  routing: RoutingTable,
  row: SubscriptionRow,
): Promise<void> {
  const { tenant, app, service, major, plan } = row
  // First: a removal of its plugin that is under way is waited for, and what it took is not found below.
  await sharePlan(trx, service, major, plan)
  const found = await findService(trx, service, major)
  if (found === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
  if (!(await hasApp(trx, tenant, app))) throw coreErrors.create('APP_MISSING', { tenant, app })
  const plans = await listPlans(trx, service, major)
  if (!plans.some(({ name }) => name === plan)) {
    throw coreErrors.create('PLAN_MISSING', { service, major, plan })
  }
  if (found.plugin !== null) requireScopes(routing, found.plugin, row)
}

/** A scope that names no operation would silently allow nothing. */
function requireScopes(routing: RoutingTable, plugin: string, row: SubscriptionRow): void {
  const { snapshot } = routing
  const version = snapshot.versions.get(`${plugin}@${snapshot.stable.get(plugin)}`)
  for (const operation of row.scopes ?? []) {
    if (version?.operations.has(`${row.service}/${operation}`) === true) continue
    throw coreErrors.create('OPERATION_MISSING', {
      service: row.service,
      major: row.major,
      operation,
    })
  }
}
