import type { Knex } from 'knex'
import type { Change } from '../../audit/change.ts'
import { commitAccessChange } from './access-change.ts'
import type { AccessClock } from './access-clock.ts'

/** Commits changes of what users may do; on return they are in force on this node, and on the others within a second. */
export class AccessChanges {
  readonly knex: Knex
  readonly #clock: Pick<AccessClock, 'reach'>

  constructor(knex: Knex, clock: Pick<AccessClock, 'reach'>) {
    this.knex = knex
    this.#clock = clock
  }

  async commit<Result>(
    change: Change & { readonly tenant: string },
    work: (trx: Knex.Transaction) => Promise<Result>,
  ): Promise<Result> {
    const { result, revision } = await commitAccessChange(this.knex, change, work)
    await this.#clock.reach(revision)
    return result
  }
}
