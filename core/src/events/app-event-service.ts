import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasApp } from '../identity/identity-store.ts'
import { findAppEventTypes, putAppEventTypes } from './app-event-type-store.ts'
import type { AppEventTypes } from './app-event-types.ts'

interface Ports {
  readonly knex: Knex
  readonly allowances: Pick<AppEventTypes, 'forget'>
}

export interface AppAllowance {
  readonly tenant: string
  readonly app: string
  readonly types: readonly string[]
}

/** What a tenant's admin says an app may send. */
export class AppEventService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_APP_MISSING */
  async allowed(tenant: string, app: string): Promise<AppAllowance> {
    await this.#requireApp(tenant, app)
    return { tenant, app, types: await findAppEventTypes(this.#ports.knex, tenant, app) }
  }

  /** These types and no others. @throws CORE_APP_MISSING */
  async allow(caller: Caller, allowance: AppAllowance): Promise<AppAllowance> {
    const { knex, allowances } = this.#ports
    const { tenant, app, types } = allowance
    await this.#requireApp(tenant, app)
    const change = { ...caller, action: 'app.events_allowed', subject: app, tenant }
    await commitChange(knex, { ...change, detail: { types } }, (trx) =>
      putAppEventTypes(trx, { ...allowance, changedBy: caller.actor }),
    )
    allowances.forget(tenant, app)
    return allowance
  }

  async #requireApp(tenant: string, app: string): Promise<void> {
    if (await hasApp(this.#ports.knex, tenant, app)) return
    throw coreErrors.create('APP_MISSING', { tenant, app })
  }
}
