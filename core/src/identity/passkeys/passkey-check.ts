import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { type FlowPurpose, insertFlow, takeFlow } from '../sign-in/flow-store.ts'
import { placeKey } from '../sign-in/lock-out.ts'
import { countUse, findPasskey, type StoredPasskey } from './passkey-store.ts'
import { relyingParty, userHandle } from './relying-party.ts'

interface Ports {
  readonly knex: Knex
  readonly publicUrl: string | null
}

/** How long browsers wait for a user. */
export const CEREMONY_MS = 5 * 60_000

type Detail = Readonly<Record<string, unknown>>

export type Looked =
  | { readonly kind: 'proven'; readonly passkey: StoredPasskey; readonly detail: Detail }
  | { readonly kind: 'refused'; readonly passkey: StoredPasskey | undefined }
  | { readonly kind: 'cloned'; readonly passkey: StoredPasskey }

/** Asks for a signature of a passkey, and looks at it: challenge, origin, user verification, signature, counter. */
export class PasskeyCheck {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param detail what the answer is good for @throws CORE_SIGN_IN_BLOCKED, CORE_PUBLIC_URL_MISSING */
  async ask(
    purpose: FlowPurpose,
    address: string,
    detail: Detail,
    allowed: { readonly id: string; readonly transports: string[] }[] = [],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await generateAuthenticationOptions({
      rpID: relyingParty(this.#ports.publicUrl).id,
      userVerification: 'required',
      timeout: CEREMONY_MS,
      allowCredentials: allowed,
    })
    await this.keep(options.challenge, purpose, address, detail)
    return options
  }

  /** @throws CORE_SIGN_IN_BLOCKED */
  async keep(challenge: string, purpose: FlowPurpose, address: string, detail: Detail) {
    const flow = { purpose, place: placeKey(address), detail }
    if (await insertFlow(this.#ports.knex, challenge, flow)) return
    throw coreErrors.create('SIGN_IN_BLOCKED', { seconds: 60 }, { retryAfterS: 60 })
  }

  /** A challenge is used up by the first answer to it, right or wrong. @returns what it was kept with */
  async takeChallenge(
    clientData: string,
    purpose: FlowPurpose,
  ): Promise<{ readonly challenge: string; readonly detail: Detail } | undefined> {
    const challenge = challengeOf(clientData)
    if (challenge === undefined) return undefined
    const detail = await takeFlow<Detail>(this.#ports.knex, challenge, purpose)
    return detail === undefined ? undefined : { challenge, detail }
  }

  async look(purpose: FlowPurpose, response: AuthenticationResponseJSON): Promise<Looked> {
    const { knex, publicUrl } = this.#ports
    const { id, origin } = relyingParty(publicUrl)
    const taken = await this.takeChallenge(response.response.clientDataJSON, purpose)
    const passkey = await findPasskey(knex, response.id)
    if (taken === undefined || passkey === undefined) return { kind: 'refused', passkey }
    const handle = Buffer.from(userHandle(passkey.tenant, passkey.user)).toString('base64url')
    const { userHandle: given } = response.response
    if (given !== undefined && given !== handle) return { kind: 'refused', passkey }
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: taken.challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      // The counter is looked at after the signature and in one step with its change: see countUse.
      credential: { id: passkey.credential, publicKey: passkey.publicKey, counter: 0 },
    }).catch(() => undefined)
    if (verified?.verified !== true) return { kind: 'refused', passkey }
    const { newCounter: counter, credentialBackedUp: isBackedUp } = verified.authenticationInfo
    if (!(await countUse(knex, passkey.id, { counter, isBackedUp }))) {
      return { kind: 'cloned', passkey }
    }
    return { kind: 'proven', passkey, detail: taken.detail }
  }
}

/** @returns undefined where it cannot be read, or a page of another site has framed ours */
function challengeOf(clientData: string): string | undefined {
  try {
    const { challenge, crossOrigin } = decodeClientDataJSON(clientData)
    return typeof challenge === 'string' && crossOrigin !== true ? challenge : undefined
  } catch {
    return undefined
  }
}
