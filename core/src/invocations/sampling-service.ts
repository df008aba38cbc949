import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { findInstallation } from '../registry/registry-store.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import { type Sampling, setSampling } from './sampling-store.ts'
import type { SamplingTable } from './sampling-table.ts'

/** Says of which versions a share of the good calls is kept too. */
export class SamplingService {
  readonly #knex: Knex
  readonly #table: SamplingTable

  constructor(knex: Knex, table: SamplingTable) {
    this.#knex = knex
    this.#table = table
  }

  /** Holds on this node at once, on others within seconds. @throws CORE_PLUGIN_MISSING, CORE_VERSION_MISSING */
  async set(caller: Caller, sampling: Sampling): Promise<void> {
    const { tenant, plugin, version, shareBp } = sampling
    const change = { ...caller, action: 'sampling.set', subject: plugin, tenant }
    await commitChange(this.#knex, { ...change, detail: { version, shareBp } }, async (trx) => {
      await lockInstalled(trx, plugin)
      if ((await findInstallation(trx, plugin, version)) === undefined) {
        throw coreErrors.create('VERSION_MISSING', { plugin, version })
      }
      await setSampling(trx, sampling, caller.actor)
    })
    await this.#table.refresh()
  }
}
