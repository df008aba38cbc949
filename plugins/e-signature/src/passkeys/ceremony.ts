import { digest } from '../algorithms/digests.ts'
import { readPublicKey } from '../algorithms/public-key.ts'
import { type SignatureScheme, verifySignature } from '../algorithms/verify-signature.ts'
import { concatBytes, equalBytes } from '../der/bytes.ts'
import type { AuthenticatorData } from './authenticator-data.ts'
import { toBase64Url } from './base64url.ts'
import type { PasskeyAlgorithm, PasskeyKey } from './cose-key.ts'

/** What this side of a ceremony says it must be; a challenge counts once, which the caller sees to. */
export interface CeremonyDemands {
  readonly challenge: Uint8Array
  /** As browsers write them: `https://sign.example.com`. */
  readonly origins: readonly string[]
  readonly rpId: string
  /** For a signature a touch is not enough: finger, face or PIN. */
  readonly isUserVerificationRequired: boolean
}

export type CeremonyFault =
  | 'malformed'
  | 'other-ceremony'
  | 'other-challenge'
  | 'other-origin'
  | 'in-a-frame-of-others'
  | 'other-relying-party'
  | 'user-not-present'
  | 'user-not-verified'
  | 'impossible-backup-state'

/** A few hundred bytes are usual. */
const MAX_CLIENT_DATA_BYTES = 4096

/** What the browser says of the ceremony (WebAuthn Level 3 §5.8.1, §7.1 steps 7 to 12, §7.2 steps 10 to 14). */
export function clientDataFault(
  bytes: Uint8Array,
  type: 'webauthn.create' | 'webauthn.get',
  { challenge, origins }: CeremonyDemands,
): CeremonyFault | undefined {
  const data = parseClientData(bytes)
  if (data === undefined) return 'malformed'
  if (data['type'] !== type) return 'other-ceremony'
  if (data['challenge'] !== toBase64Url(challenge)) return 'other-challenge'
  const { origin } = data
  if (typeof origin !== 'string' || !origins.includes(origin)) return 'other-origin'
  const isFramed = data['crossOrigin'] === true || data['topOrigin'] !== undefined
  return isFramed ? 'in-a-frame-of-others' : undefined
}

function parseClientData(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > MAX_CLIENT_DATA_BYTES) return undefined
  try {
    const data: unknown = JSON.parse(new TextDecoder('utf-8').decode(bytes))
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data)
    return isObject ? (data as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** §7.1 steps 13 to 17, §7.2 steps 15 to 19. */
export function authenticatorFault(
  data: AuthenticatorData,
  { rpId, isUserVerificationRequired }: CeremonyDemands,
): CeremonyFault | undefined {
  const rpIdHash = digest('sha256', new TextEncoder().encode(rpId))
  if (!equalBytes(data.rpIdHash, rpIdHash)) return 'other-relying-party'
  if (!data.isUserPresent) return 'user-not-present'
  if (isUserVerificationRequired && !data.isUserVerified) return 'user-not-verified'
  return data.isBackedUp && !data.isBackupEligible ? 'impossible-backup-state' : undefined
}

const schemes: Readonly<Record<PasskeyAlgorithm, SignatureScheme>> = {
  ES256: { family: 'ecdsa', hash: 'sha256' },
  EdDSA: { family: 'ed25519', hash: 'sha512' },
  RS256: { family: 'rsa-pkcs1', hash: 'sha256' },
}

/** An authenticator signs its data and the hash of the browser's (§6.3.3 step 11). */
export function isSignedBy(
  { algorithm, spki }: PasskeyKey,
  authenticatorData: Uint8Array,
  clientData: Uint8Array,
  signature: Uint8Array,
): boolean {
  const message = concatBytes(authenticatorData, digest('sha256', clientData))
  const key = readPublicKey(spki)
  return verifySignature(key, schemes[algorithm], { message }, signature).valid
}
