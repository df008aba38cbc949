import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Asker } from './asker.ts'
import { type App, findApp, hasUnit, lockApp, updateApp } from './identity-store.ts'
import { requireReach } from './require-reach.ts'
import { requireSeen } from './seen.ts'

export type AppChange = Partial<Pick<App, 'name' | 'unit'>>

/** Renames apps, and moves them to other units. What an app is subscribed to, and its keys, stay: they say nothing of units. */
export class AppService {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** @throws CORE_APP_MISSING */
  async find(tenant: string, id: string): Promise<App> {
    return requireFound(await findApp(this.#knex, tenant, id), tenant, id)
  }

  /** @throws CORE_APP_MISSING, CORE_UNIT_MISSING, CORE_CHANGED_MEANWHILE, CORE_FORBIDDEN where it was moved away meanwhile */
  async change(
    asker: Asker,
    { tenant, id }: Pick<App, 'tenant' | 'id'>,
    change: AppChange,
  ): Promise<App> {
    const { actor, traceId, seen } = asker
    const entry = { actor, traceId, action: 'app.changed', subject: id, tenant }
    return commitChange(this.#knex, { ...entry, detail: { ...change } }, async (trx) => {
      const found = requireFound(await lockApp(trx, tenant, id), tenant, id)
      requireReach(asker, 'app.update', { tenant, unit: found.unit })
      requireSeen(seen, found)
      const app = { ...found, ...change }
      if (app.unit !== null && !(await hasUnit(trx, tenant, app.unit))) {
        throw coreErrors.create('UNIT_MISSING', { tenant, unit: app.unit })
      }
      await updateApp(trx, app)
      return app
    })
  }
}

function requireFound(app: App | undefined, tenant: string, id: string): App {
  if (app === undefined) throw coreErrors.create('APP_MISSING', { tenant, app: id })
  return app
}
