import { readPublicKey } from '../algorithms/public-key.ts'
import { isUsableRsaKey } from '../algorithms/rsa.ts'
import { readOrNothing } from '../der/malformed.ts'
import { type AuthenticatorData, readAuthenticatorData } from './authenticator-data.ts'
import { fromBase64Url } from './base64url.ts'
import { type CborMap, readCborMap } from './cbor.ts'
import {
  authenticatorFault,
  type CeremonyDemands,
  type CeremonyFault,
  clientDataFault,
  isSignedBy,
} from './ceremony.ts'
import { type PasskeyKey, passkeyAlgorithms } from './cose-key.ts'

/** `AuthenticatorAttestationResponse`, in base64url as browsers' `toJSON()` gives it. */
export interface RegistrationResponse {
  readonly clientDataJSON: string
  readonly attestationObject: string
}

/** What is kept of a passkey. */
export interface Passkey extends PasskeyKey {
  readonly id: Uint8Array
  readonly counter: number
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  readonly aaguid: Uint8Array
}

export type RegistrationFault =
  | CeremonyFault
  | 'credential-missing'
  | 'weak-key'
  | 'attestation-unsupported'
  | 'attestation-wrong'

export type Registration =
  | { readonly valid: true; readonly passkey: Passkey; readonly attestation: 'none' | 'self' }
  | { readonly valid: false; readonly fault: RegistrationFault }

/**
 * Whether a new passkey is one for this relying party, made for this challenge (WebAuthn Level 3 §7.1). Who made the
 * authenticator is not asked for: attestation is `none`, or by the passkey itself.
 */
export function verifyRegistration(
  response: RegistrationResponse,
  demands: CeremonyDemands,
): Registration {
  const read = readOrNothing(() => readParts(response))
  if (read === undefined) return { valid: false, fault: 'malformed' }
  const { clientData, authData, data, attestation } = read
  const fault =
    clientDataFault(clientData, 'webauthn.create', demands) ?? authenticatorFault(data, demands)
  if (fault !== undefined) return { valid: false, fault }
  const { credential, counter, isBackupEligible, isBackedUp } = data
  if (credential === undefined) return { valid: false, fault: 'credential-missing' }
  if (!isStrong(credential.key)) return { valid: false, fault: 'weak-key' }
  const kind = attestationOf(attestation, credential.key, authData, clientData)
  if (kind !== 'none' && kind !== 'self') return { valid: false, fault: kind }
  const { key, id, aaguid } = credential
  const passkey = { ...key, id, counter, isBackupEligible, isBackedUp, aaguid }
  return { valid: true, passkey, attestation: kind }
}

function readParts({ clientDataJSON, attestationObject }: RegistrationResponse):
  | {
      clientData: Uint8Array
      authData: Uint8Array
      data: AuthenticatorData
      attestation: CborMap
    }
  | undefined {
  const attestation = readCborMap(fromBase64Url(attestationObject))
  const authData = attestation.get('authData')
  if (!(authData instanceof Uint8Array)) return undefined
  const data = readAuthenticatorData(authData)
  return { clientData: fromBase64Url(clientDataJSON), authData, data, attestation }
}

function isStrong({ spki }: PasskeyKey): boolean {
  const key = readPublicKey(spki)
  return key.kind !== 'rsa' || (key.bits >= 2048 && isUsableRsaKey(key))
}

/** §8.7, and §8.2 without certificates. */
function attestationOf(
  attestation: CborMap,
  key: PasskeyKey,
  authData: Uint8Array,
  clientData: Uint8Array,
): 'none' | 'self' | 'attestation-unsupported' | 'attestation-wrong' {
  const [format, statement] = [attestation.get('fmt'), attestation.get('attStmt')]
  if (!(statement instanceof Map)) return 'attestation-wrong'
  if (format === 'none') return statement.size === 0 ? 'none' : 'attestation-wrong'
  if (format !== 'packed' || statement.has('x5c')) return 'attestation-unsupported'
  const signature = statement.get('sig')
  const isOwn = statement.get('alg') === passkeyAlgorithms[key.algorithm]
  if (!isOwn || !(signature instanceof Uint8Array)) return 'attestation-wrong'
  return isSignedBy(key, authData, clientData, signature) ? 'self' : 'attestation-wrong'
}
