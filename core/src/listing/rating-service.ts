import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import semver from 'semver'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { readTenantCalls } from './running-figures-store.ts'

export interface RatingOf {
  readonly name: string
  readonly tenant: string
  readonly major: number
}

/** Where ratings are kept: the store of plugins. */
export interface Ratings {
  /** @returns false: the store does not have the plugin */
  putRating(
    trx: Knex.Transaction,
    rating: RatingOf & {
      readonly id: string
      readonly stars: number
      readonly text: string | null
      readonly author: string
      readonly at: Date
    },
  ): Promise<boolean>
  deleteRating(trx: Knex.Transaction, of: RatingOf): Promise<boolean>
  ratingsOfTenant(
    knex: Knex,
    of: { readonly name: string; readonly tenant: string },
  ): Promise<readonly object[]>
}

interface Ports {
  readonly knex: Knex
  readonly routing: { now(): number }
  readonly ratings: Ratings
}

/** Its calls within so long make a tenant one that runs it. */
const CALLED_MS = 30 * 86_400_000

/** What a tenant says of the plugins that it runs. */
export class RatingService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  own(of: { name: string; tenant: string }): Promise<readonly object[]> {
    return this.#ports.ratings.ratingsOfTenant(this.#ports.knex, of)
  }

  /** Makes or changes it. @throws CORE_RATING_NOT_RUN, CORE_RATING_UNPUBLISHED */
  async rate(
    caller: Caller,
    of: RatingOf,
    { stars, text }: { stars: number; text: string | null },
  ): Promise<void> {
    const { knex, routing, ratings } = this.#ports
    const { name, tenant, major } = of
    const detail = { major, stars }
    const change = { ...caller, action: 'rating.written', subject: name, tenant, detail }
    await commitChange(knex, change, async (trx) => {
      const since = new Date(routing.now() - CALLED_MS)
      const calls = await readTenantCalls(trx, { plugin: name, since })
      const isRun = calls.some(
        (one) => one.tenant === tenant && semver.major(one.version) === major,
      )
      if (!isRun) throw coreErrors.create('RATING_NOT_RUN', { plugin: name, tenant, major })
      const isKept = await ratings.putRating(trx, {
        ...{ name, tenant, major, stars, text },
        id: randomBytes(16).toString('hex'),
        author: caller.actor,
        at: new Date(routing.now()),
      })
      if (!isKept) throw coreErrors.create('RATING_UNPUBLISHED', { plugin: name })
    })
  }

  /** @throws CORE_RATING_MISSING */
  async withdraw(caller: Caller, of: RatingOf): Promise<void> {
    const { knex, ratings } = this.#ports
    const { name, tenant, major } = of
    const detail = { major }
    const change = { ...caller, action: 'rating.withdrawn', subject: name, tenant, detail }
    await commitChange(knex, change, async (trx) => {
      if (await ratings.deleteRating(trx, of)) return
      throw coreErrors.create('RATING_MISSING', { plugin: name, major })
    })
  }
}
