import { Malformed } from '../der/malformed.ts'
import { readCbor } from './cbor.ts'
import { type PasskeyKey, readCoseKey } from './cose-key.ts'

/** What an authenticator says of itself and of the person before it (WebAuthn Level 3 §6.1). */
export interface AuthenticatorData {
  /** SHA-256 of the relying party's name. */
  readonly rpIdHash: Uint8Array
  readonly isUserPresent: boolean
  /** By finger, face or PIN. */
  readonly isUserVerified: boolean
  /** The passkey may be copied to other devices of the person, and is. */
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  readonly counter: number
  /** Of a registration. */
  readonly credential?: {
    readonly aaguid: Uint8Array
    readonly id: Uint8Array
    readonly key: PasskeyKey
  }
}

const HEAD_BYTES = 37
const flag = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10 } as const
const HAS_CREDENTIAL = 0x40
const HAS_EXTENSIONS = 0x80
/** WebAuthn Level 3 §5.8.3 allows no more. */
const MAX_ID_BYTES = 1023

/** @throws Malformed */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  if (bytes.length < HEAD_BYTES) throw malformed('the data of the authenticator is too short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint8(32)
  let at = HEAD_BYTES
  let credential: AuthenticatorData['credential']
  if ((flags & HAS_CREDENTIAL) !== 0) {
    const read = credentialAt(bytes, view)
    credential = read.credential
    at = read.end
  }
  if ((flags & HAS_EXTENSIONS) !== 0) at += readCbor(bytes.subarray(at)).length
  if (at !== bytes.length) throw malformed('bytes follow the data of the authenticator')
  const has = (bit: number) => (flags & bit) !== 0
  return {
    rpIdHash: bytes.subarray(0, 32),
    isUserPresent: has(flag.present),
    isUserVerified: has(flag.verified),
    isBackupEligible: has(flag.eligible),
    isBackedUp: has(flag.backedUp),
    counter: view.getUint32(33),
    ...(credential === undefined ? {} : { credential }),
  }
}

function credentialAt(bytes: Uint8Array, view: DataView) {
  const idAt = HEAD_BYTES + 18
  if (bytes.length < idAt) throw malformed('the credential is cut off')
  const length = view.getUint16(HEAD_BYTES + 16)
  if (length === 0 || length > MAX_ID_BYTES) throw malformed('the id of the credential is too long')
  const keyAt = idAt + length
  const { key, length: keyLength } = readCoseKey(bytes.subarray(keyAt))
  const aaguid = bytes.subarray(HEAD_BYTES, HEAD_BYTES + 16)
  const credential = { aaguid, id: bytes.subarray(idAt, keyAt), key }
  return { credential, end: keyAt + keyLength }
}

function malformed(message: string): Malformed {
  return new Malformed('PASSKEY_MALFORMED', message)
}
