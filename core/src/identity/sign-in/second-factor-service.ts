import { randomBytes } from 'node:crypto'
import { coreErrors } from '../../errors.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import { makeSecret } from '../sessions/session.ts'
import { endSessions, replaceSecret } from '../sessions/session-store.ts'
import {
  confirmTotp,
  deleteTotp,
  findTotp,
  putTotp,
  replaceRecoveryCodes,
  type StoredTotp,
  takeRecoveryCode,
  takeStep,
} from './password-store.ts'
import {
  hashRecoveryCode,
  makeRecoveryCodes,
  otpauthUri,
  SECRET_BYTES,
  stepOfCode,
} from './totp.ts'

export interface Owner {
  readonly tenant: string
  readonly user: string
}

/** The session that asks: it goes on under a new secret, all others end. */
export interface Own extends Owner {
  readonly session: string
  readonly traceId: string | null
}

interface Ports {
  readonly changes: AccessChanges
  readonly sealer: Sealer
  readonly now: () => number
}

/** A user's authenticator app and recovery codes. */
export class SecondFactorService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async isInForce(owner: Owner): Promise<boolean> {
    return (await findTotp(this.#ports.changes.knex, owner))?.isConfirmed === true
  }

  /** In force once the app has shown a first code. @throws CORE_SECOND_FACTOR_EXISTS */
  async begin(owner: Owner, login: string): Promise<{ readonly uri: string }> {
    const { changes, sealer } = this.#ports
    const secret = randomBytes(SECRET_BYTES)
    const sealed = await sealer.seal(owner.tenant, secret, boundTo(owner))
    if (!(await putTotp(changes.knex, owner, sealed)))
      throw coreErrors.create('SECOND_FACTOR_EXISTS')
    return { uri: otpauthUri(secret, login, owner.tenant) }
  }

  /** @returns recovery codes, shown this once @throws CORE_SECOND_FACTOR_MISSING, CORE_SECOND_FACTOR_EXISTS, CORE_CODE_REFUSED */
  async confirm(own: Own, code: string): Promise<{ codes: readonly string[]; secret: string }> {
    const stored = await findTotp(this.#ports.changes.knex, own)
    if (stored === undefined) throw coreErrors.create('SECOND_FACTOR_MISSING')
    if (stored.isConfirmed) throw coreErrors.create('SECOND_FACTOR_EXISTS')
    const step = await this.#stepOf(own, stored, code)
    const codes = makeRecoveryCodes()
    const next = makeSecret()
    await this.#ports.changes.commit(changeOf(own, 'second_factor.added'), async (trx) => {
      if (step === undefined || !(await takeStep(trx, own, step)))
        throw coreErrors.create('CODE_REFUSED')
      await confirmTotp(trx, own)
      await replaceRecoveryCodes(trx, own, codes.map(hashRecoveryCode))
      await endSessions(trx, { ...own, keep: own.session })
      await replaceSecret(trx, own.session, next.hash)
    })
    return { codes, secret: next.text }
  }

  /** @throws CORE_SECOND_FACTOR_MISSING */
  async remove(own: Own): Promise<void> {
    await this.#ports.changes.commit(changeOf(own, 'second_factor.removed'), async (trx) => {
      if (!(await deleteTotp(trx, own))) throw coreErrors.create('SECOND_FACTOR_MISSING')
      await endSessions(trx, { ...own, keep: own.session })
    })
  }

  /** Those before are worth nothing. @throws CORE_SECOND_FACTOR_MISSING */
  async renewCodes(own: Own): Promise<readonly string[]> {
    if (!(await this.isInForce(own))) throw coreErrors.create('SECOND_FACTOR_MISSING')
    const codes = makeRecoveryCodes()
    await this.#ports.changes.commit(changeOf(own, 'second_factor.codes_renewed'), (trx) =>
      replaceRecoveryCodes(trx, own, codes.map(hashRecoveryCode)),
    )
    return codes
  }

  /** Takes a code of the app or a recovery code, each once. @returns how it was, in the words of RFC 8176 */
  async take(owner: Owner, code: string): Promise<'otp' | 'recovery' | undefined> {
    const { knex } = this.#ports.changes
    if (/^\d{6}$/.test(code)) {
      const stored = await findTotp(knex, owner)
      if (stored?.isConfirmed !== true) return undefined
      const step = await this.#stepOf(owner, stored, code)
      return step !== undefined && (await takeStep(knex, owner, step)) ? 'otp' : undefined
    }
    return (await takeRecoveryCode(knex, owner, hashRecoveryCode(code))) ? 'recovery' : undefined
  }

  async #stepOf(owner: Owner, stored: StoredTotp, code: string): Promise<number | undefined> {
    const { sealer, now } = this.#ports
    const secret = await sealer.open(owner.tenant, stored, boundTo(owner))
    return stepOfCode(secret, code, now(), stored.lastStep)
  }
}

const boundTo = ({ user }: Owner) => ['totp', user] as const

function changeOf({ tenant, user, traceId }: Own, action: string) {
  return { actor: `user:${tenant}/${user}`, traceId, action, subject: user, tenant }
}
