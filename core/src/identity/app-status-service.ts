import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Caller } from './identity-service.ts'
import { lockApp, setAppSuspended } from './identity-store.ts'

export type AppCommand = 'suspend' | 'resume'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach'>
}

/** Stops an app with all that it subscribed to, and lets it go on. In force on this node on return. */
export class AppStatusService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Twice is as once. What the operator stopped, the tenant's own admin may not let go on. */
  async command(
    caller: Caller,
    app: { readonly tenant: string; readonly id: string },
    command: AppCommand,
  ): Promise<void> {
    const { tenant, id } = app
    const change = { ...caller, action: `app.${command}`, subject: id, tenant }
    const { generation } = await commitRoutedChange(this.#ports.knex, change, async (trx) => {
      const found = await lockApp(trx, tenant, id)
      if (found === undefined) throw coreErrors.create('APP_MISSING', { tenant, app: id })
      const isStoppedAbove = found.suspendedBy === 'operator' && caller.actor !== 'operator'
      if (isStoppedAbove) throw coreErrors.create('APP_STOPPED_BY_OPERATOR', { app: id })
      await setAppSuspended(trx, tenant, id, command === 'suspend' ? caller.actor : null)
    })
    await this.#ports.routing.reach(generation)
  }
}
