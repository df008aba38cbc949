import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import type { Caller } from '../../identity/identity-service.ts'
import { servedContract } from '../served-contract.ts'
import { lockSubscription } from '../subscription-store.ts'
import { type Expectations, expectationFaults } from './expectation.ts'
import { putExpectations } from './expectation-store.ts'

/** Keeps what a subscriber expects, in the place of what it said before. */
export class ExpectationService {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** @throws CORE_INPUT_INVALID where it does not fit the contract in service */
  async put(
    caller: Caller,
    of: { id: string; tenant: string; service: string; major: number },
    expectations: Expectations,
  ): Promise<void> {
    const { id, tenant, service, major } = of
    const served = await servedContract(this.#knex, service, major)
    if (served === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
    const faults = expectationFaults(expectations, served.contract)
    if (faults.length > 0)
      throw coreErrors.create('INPUT_INVALID', {}, { faults: faults.slice(0, 20) })
    const detail = { examples: expectations.examples.length }
    const change = { ...caller, action: 'subscription.expected', subject: id, tenant, detail }
    await commitChange(this.#knex, change, async (trx) => {
      await lockSubscription(trx, id)
      await putExpectations(trx, id, expectations)
    })
  }
}
