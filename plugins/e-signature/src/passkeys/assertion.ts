import { equalBytes } from '../der/bytes.ts'
import { readOrNothing } from '../der/malformed.ts'
import { readAuthenticatorData } from './authenticator-data.ts'
import { fromBase64Url } from './base64url.ts'
import {
  authenticatorFault,
  type CeremonyDemands,
  type CeremonyFault,
  clientDataFault,
  isSignedBy,
} from './ceremony.ts'
import type { Passkey } from './registration.ts'

/** `PublicKeyCredential` of a `get()`, in base64url as browsers' `toJSON()` gives it. */
export interface AssertionResponse {
  readonly id: string
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
  }
}

export type AssertionFault =
  | CeremonyFault
  | 'other-passkey'
  | 'signature-wrong'
  /** Two devices have this passkey, one of them by copying what cannot be copied. */
  | 'counter-went-back'
  | 'backup-eligibility-changed'

export type Assertion =
  | {
      readonly valid: true
      /** To be kept with the passkey. */
      readonly counter: number
      readonly isBackedUp: boolean
      readonly isUserVerified: boolean
    }
  | { readonly valid: false; readonly fault: AssertionFault }

/** Whether the holder of a passkey agreed to this challenge (WebAuthn Level 3 §7.2). */
export function verifyAssertion(
  { id, response }: AssertionResponse,
  passkey: Passkey,
  demands: CeremonyDemands,
): Assertion {
  const read = readOrNothing(() => {
    const bytes = fromBase64Url(response.authenticatorData)
    return {
      id: fromBase64Url(id),
      clientData: fromBase64Url(response.clientDataJSON),
      bytes,
      data: readAuthenticatorData(bytes),
      signature: fromBase64Url(response.signature),
    }
  })
  if (read === undefined) return { valid: false, fault: 'malformed' }
  const { clientData, bytes, data, signature } = read
  if (!equalBytes(read.id, passkey.id)) return { valid: false, fault: 'other-passkey' }
  const fault =
    clientDataFault(clientData, 'webauthn.get', demands) ?? authenticatorFault(data, demands)
  if (fault !== undefined) return { valid: false, fault }
  if (!isSignedBy(passkey, bytes, clientData, signature)) {
    return { valid: false, fault: 'signature-wrong' }
  }
  if (data.isBackupEligible !== passkey.isBackupEligible) {
    return { valid: false, fault: 'backup-eligibility-changed' }
  }
  // Passkeys that synchronise do not count: both are zero (§6.1.1).
  const counts = data.counter > 0 || passkey.counter > 0
  if (counts && data.counter <= passkey.counter) return { valid: false, fault: 'counter-went-back' }
  const { counter, isBackedUp, isUserVerified } = data
  return { valid: true, counter, isBackedUp, isUserVerified }
}
