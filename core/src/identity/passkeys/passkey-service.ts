import { randomBytes } from 'node:crypto'
import {
  type AuthenticationResponseJSON,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { insertAuditEntries } from '../../audit/audit-store.ts'
import { coreErrors } from '../../errors.ts'
import type { AccessChanges } from '../access/access-changes.ts'
import type { From, SessionService, Started } from '../sessions/session-service.ts'
import { endSessions, isJustProven, proveAgain } from '../sessions/session-store.ts'
import { passwordHashOf } from '../sign-in/password-store.ts'
import { mayComeByOwn, policyOf } from '../sign-in/policy-store.ts'
import type { Own } from '../sign-in/second-factor-service.ts'
import { hasLink } from '../sso/arrival-store.ts'
import type { User } from '../users/user.ts'
import { requireUser } from '../users/user-service.ts'
import { findUser, lockUser } from '../users/user-store.ts'
import { CEREMONY_MS, type Looked, type PasskeyCheck } from './passkey-check.ts'
import {
  credentialsOf,
  deletePasskey,
  insertPasskey,
  listPasskeys,
  type Passkey,
  renamePasskey,
  type StoredPasskey,
} from './passkey-store.ts'
import { relyingParty, userHandle } from './relying-party.ts'

interface Ports {
  readonly changes: AccessChanges
  readonly check: PasskeyCheck
  readonly sessions: SessionService
  readonly publicUrl: string | null
}

export type OwnFrom = Own & { readonly address: string }

const MAX_PASSKEYS = 20

/** EdDSA, ES256, RS256: what devices make, the first that one can. */
const ALGORITHMS = [-8, -7, -257]

/** Passkeys of users: made, used to sign in and to show once more who one is, removed. */
export class PasskeyService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_PROOF_REQUIRED, CORE_PASSKEY_LIMIT, CORE_PUBLIC_URL_MISSING */
  async beginNew(own: OwnFrom): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { changes, check, publicUrl } = this.#ports
    const { tenant, user } = own
    const { id } = relyingParty(publicUrl)
    await this.requireProof(own)
    const { login, displayName } = await requireUser(changes.knex, tenant, user)
    const known = await credentialsOf(changes.knex, own)
    if (known.length >= MAX_PASSKEYS) {
      throw coreErrors.create('PASSKEY_LIMIT', { limit: MAX_PASSKEYS })
    }
    const options = await generateRegistrationOptions({
      rpName: 'Signalbox',
      rpID: id,
      userID: userHandle(tenant, user),
      userName: `${login} (${tenant})`,
      userDisplayName: displayName,
      timeout: CEREMONY_MS,
      // Whose device it is is not asked for: nobody is refused for it.
      attestationType: 'none',
      excludeCredentials: known,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    })
    await check.keep(options.challenge, 'passkey-new', own.address, { session: own.session })
    return options
  }

  /** @throws CORE_PASSKEY_REFUSED, CORE_PASSKEY_EXISTS, CORE_PASSKEY_LIMIT */
  async add(own: OwnFrom, name: string, response: RegistrationResponseJSON): Promise<Passkey> {
    const { changes } = this.#ports
    const { tenant, user } = own
    const { credential, aaguid, credentialBackedUp } = await this.#verifiedNew(own, response)
    const id = `psk_${randomBytes(8).toString('hex')}`
    const made = {
      ...{ id, tenant, user, name, aaguid, credential: credential.id },
      ...{ publicKey: credential.publicKey, counter: credential.counter },
      ...{ transports: response.response.transports ?? [], isBackedUp: credentialBackedUp },
    }
    return changes.commit(changeOf(own, 'passkey.added', id, { name }), async (trx) => {
      await lockUser(trx, tenant, user)
      if ((await credentialsOf(trx, own)).length >= MAX_PASSKEYS) {
        throw coreErrors.create('PASSKEY_LIMIT', { limit: MAX_PASSKEYS })
      }
      if (!(await insertPasskey(trx, made))) throw coreErrors.create('PASSKEY_EXISTS')
      return requireShown(await listPasskeys(trx, own), id)
    })
  }

  async #verifiedNew({ session }: Own, response: RegistrationResponseJSON) {
    const { check, publicUrl } = this.#ports
    const { id, origin } = relyingParty(publicUrl)
    const taken = await check.takeChallenge(response.response.clientDataJSON, 'passkey-new')
    if (taken?.detail.session !== session) throw coreErrors.create('PASSKEY_REFUSED')
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: taken.challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(() => undefined)
    if (verified?.verified !== true) throw coreErrors.create('PASSKEY_REFUSED')
    return verified.registrationInfo
  }

  /** @throws CORE_PASSKEY_MISSING */
  async rename(own: Own, id: string, name: string): Promise<Passkey> {
    const { changes } = this.#ports
    return changes.commit(changeOf(own, 'passkey.renamed', id, { name }), async (trx) => {
      await renamePasskey(trx, own, id, name)
      return requireShown(await listPasskeys(trx, own), id)
    })
  }

  /** All other sessions end: who has the device may be in one. @throws CORE_PROOF_REQUIRED, CORE_PASSKEY_MISSING, CORE_LAST_WAY_IN */
  async remove(own: Own, id: string): Promise<void> {
    const { tenant, user, session } = own
    await this.requireProof(own)
    await this.#ports.changes.commit(changeOf(own, 'passkey.removed', id), async (trx) => {
      await lockUser(trx, tenant, user)
      if (!(await deletePasskey(trx, own, id))) {
        throw coreErrors.create('PASSKEY_MISSING', { passkey: id })
      }
      const hasOther =
        (await passwordHashOf(trx, own)) !== undefined ||
        (await hasLink(trx, tenant, user)) ||
        (await credentialsOf(trx, own)).length > 0
      if (!hasOther) throw coreErrors.create('LAST_WAY_IN')
      await endSessions(trx, { tenant, user, keep: session })
    })
  }

  beginSignIn({ address }: From): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#ports.check.ask('passkey-sign-in', address, {})
  }

  /** Two factors in one: the device, and what opens it. @throws CORE_PASSKEY_REFUSED, CORE_PASSKEY_CLONED, CORE_SSO_ONLY, CORE_SIGN_IN_REFUSED */
  async signIn(
    response: AuthenticationResponseJSON,
    from: From,
  ): Promise<{ readonly user: User; readonly started: Started }> {
    const { changes, check, sessions } = this.#ports
    const looked = await check.look('passkey-sign-in', response)
    if (looked.kind !== 'proven') throw await this.#refused(looked, from)
    const { passkey } = looked
    const { tenant, user: id } = passkey
    const user = await findUser(changes.knex, tenant, id)
    if (user?.state !== 'active') throw await this.#noted('SIGN_IN_REFUSED', passkey, from)
    if (!mayComeByOwn(await policyOf(changes.knex, tenant), id)) {
      throw await this.#noted('SSO_ONLY', passkey, from)
    }
    return { user, started: await sessions.begin(user, ['passkey', 'mfa'], from) }
  }

  /** @throws CORE_PASSKEY_MISSING where there is none to ask for */
  async beginProof(own: OwnFrom): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { changes, check } = this.#ports
    const known = await credentialsOf(changes.knex, own)
    if (known.length === 0) throw coreErrors.create('PASSKEY_MISSING', { passkey: 'of any name' })
    return check.ask('passkey-proof', own.address, { session: own.session }, known)
  }

  /** @throws CORE_PASSKEY_REFUSED, CORE_PASSKEY_CLONED */
  async prove(own: OwnFrom, response: AuthenticationResponseJSON, from: From): Promise<void> {
    const looked = await this.#ports.check.look('passkey-proof', response)
    if (looked.kind !== 'proven') throw await this.#refused(looked, from)
    const { tenant, user } = looked.passkey
    if (tenant !== own.tenant || user !== own.user || looked.detail.session !== own.session) {
      throw coreErrors.create('PASSKEY_REFUSED')
    }
    await this.proved(own)
  }

  /** By whatever means. */
  async proved({ session }: Own): Promise<void> {
    await proveAgain(this.#ports.changes.knex, session)
  }

  /** @throws CORE_PROOF_REQUIRED */
  async requireProof({ session }: Own): Promise<void> {
    if (await isJustProven(this.#ports.changes.knex, session)) return
    throw coreErrors.create('PROOF_REQUIRED')
  }

  #refused({ kind, passkey }: Exclude<Looked, { kind: 'proven' }>, from: From): Promise<Error> {
    return this.#noted(kind === 'cloned' ? 'PASSKEY_CLONED' : 'PASSKEY_REFUSED', passkey, from)
  }

  async #noted(
    code: 'PASSKEY_CLONED' | 'PASSKEY_REFUSED' | 'SIGN_IN_REFUSED' | 'SSO_ONLY',
    passkey: StoredPasskey | undefined,
    { address, traceId }: From,
  ): Promise<Error> {
    await insertAuditEntries(this.#ports.changes.knex, [
      {
        tenant: passkey?.tenant ?? null,
        actor: 'anonymous',
        action: 'sign_in.failed',
        subject: passkey?.user ?? 'unknown',
        outcome: `CORE_${code}`,
        traceId,
        detail: { address, ...(passkey === undefined ? {} : { passkey: passkey.id }) },
      },
    ])
    return coreErrors.create(code)
  }
}

function requireShown(passkeys: readonly Passkey[], id: string): Passkey {
  const found = passkeys.find((one) => one.id === id)
  if (found === undefined) throw coreErrors.create('PASSKEY_MISSING', { passkey: id })
  return found
}

function changeOf(
  { tenant, user, traceId }: Own,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
) {
  return { actor: `user:${tenant}/${user}`, traceId, action, subject, tenant, detail }
}
