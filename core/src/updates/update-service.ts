import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import type { Caller } from '../identity/identity-service.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import type { UpdateMode } from './update-decision.ts'
import { putSetting } from './update-store.ts'

/** What an operator says of a plugin's updates. */
export class UpdateService {
  readonly #knex: Knex
  readonly #look: () => void

  /** @param look told of a setting that may ask for an update at once */
  constructor(knex: Knex, look: () => void) {
    this.#knex = knex
    this.#look = look
  }

  /** @throws CORE_PLUGIN_MISSING */
  async set(
    caller: Caller,
    plugin: string,
    { updates: mode, minimumAgeHours }: { updates: UpdateMode; minimumAgeHours: number },
  ): Promise<void> {
    const detail = { updates: mode, minimumAgeHours }
    const change = {
      ...caller,
      action: 'plugin.updates-set',
      subject: plugin,
      tenant: null,
      detail,
    }
    await commitChange(this.#knex, change, async (trx) => {
      await lockInstalled(trx, plugin)
      await putSetting(trx, { plugin, mode, minimumAgeHours, by: caller.actor })
    })
    this.#look()
  }
}
