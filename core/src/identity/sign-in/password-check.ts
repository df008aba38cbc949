import type { Knex } from 'knex'
import { lockKeys, placeKey } from './lock-out.ts'
import { guardedLook, isKnownPlace } from './lock-out-store.ts'
import { isOutdated, type PasswordHasher } from './password-hasher.ts'
import { normalisedPassword } from './password-policy.ts'
import { passwordHashOf, strengthenHash } from './password-store.ts'

/** Somebody who says that he is a user. */
export interface Claim {
  readonly tenant: string
  readonly login: string
  /** The user's id; undefined: there is none of that login who could come in. */
  readonly user: string | undefined
  readonly address: string
}

interface Ports {
  readonly knex: Knex
  readonly hasher: PasswordHasher
}

/** Looks at what proves a user, as often as wrong attempts leave room for. */
export class PasswordCheck {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_SIGN_IN_BLOCKED, CORE_OVERLOADED */
  async isRight(claim: Claim, password: string): Promise<boolean> {
    const { knex, hasher } = this.#ports
    return this.guarded(claim, 'password', async () => {
      const { tenant, user } = claim
      // Asked for in any case: an unknown user costs the same queries.
      const hash = await passwordHashOf(knex, { tenant, user: user ?? '' })
      const normalised = normalisedPassword(password)
      const fits = await hasher.verify(hash, normalised)
      if (fits && hash !== undefined && user !== undefined && isOutdated(hash)) {
        await strengthenHash(knex, { tenant, user }, hash, await hasher.hash(normalised))
      }
      return fits
    })
  }

  /** @param what is guessed at: each has a count of its own */
  async guarded(claim: Claim, what: string, look: () => Promise<boolean>): Promise<boolean> {
    const { knex } = this.#ports
    const { tenant, login, user = '', address } = claim
    const isKnown = await isKnownPlace(knex, { tenant, user, place: placeKey(address) })
    return guardedLook(knex, lockKeys(`${tenant}/${login} ${what}`, address, isKnown), look)
  }
}
