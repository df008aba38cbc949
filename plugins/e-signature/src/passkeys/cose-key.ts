import { algorithmIdentifier } from '../algorithms/algorithm-identifier.ts'
import { concatBytes, toBigInt } from '../der/bytes.ts'
import { Malformed } from '../der/malformed.ts'
import { bitString, integer, objectIdentifier, sequence } from '../der/write-der.ts'
import { type CborMap, readCbor } from './cbor.ts'

/** COSE's algorithms that a passkey may sign by (RFC 9053 §2, RFC 8812 §2), all that authenticators in use offer. */
export const passkeyAlgorithms = { ES256: -7, EdDSA: -8, RS256: -257 } as const
export type PasskeyAlgorithm = keyof typeof passkeyAlgorithms

export interface PasskeyKey {
  readonly algorithm: PasskeyAlgorithm
  /** SubjectPublicKeyInfo, DER: readable by every other program. */
  readonly spki: Uint8Array
}

/** The key at the beginning of the bytes (RFC 9052 §7), and how many it takes. @throws Malformed */
export function readCoseKey(bytes: Uint8Array): { key: PasskeyKey; length: number } {
  const { value, length } = readCbor(bytes)
  if (!(value instanceof Map)) throw malformed('its key is no map')
  return { key: keyOf(value), length }
}

function keyOf(map: CborMap): PasskeyKey {
  const [type, algorithm, curve] = [map.get(1), map.get(3), map.get(-1)]
  if (type === 2 && algorithm === passkeyAlgorithms.ES256 && curve === 1) {
    const point = concatBytes(Uint8Array.of(4), bytesAt(map, -2, 32), bytesAt(map, -3, 32))
    const name = algorithmIdentifier('1.2.840.10045.2.1', objectIdentifier('1.2.840.10045.3.1.7'))
    return { algorithm: 'ES256', spki: sequence(name, bitString(point)) }
  }
  if (type === 1 && algorithm === passkeyAlgorithms.EdDSA && curve === 6) {
    const name = algorithmIdentifier('1.3.101.112')
    return { algorithm: 'EdDSA', spki: sequence(name, bitString(bytesAt(map, -2, 32))) }
  }
  if (type === 3 && algorithm === passkeyAlgorithms.RS256) {
    const numbers = [bytesAt(map, -1), bytesAt(map, -2)].map((it) => integer(toBigInt(it)))
    const name = algorithmIdentifier('1.2.840.113549.1.1.1', null)
    return { algorithm: 'RS256', spki: sequence(name, bitString(sequence(...numbers))) }
  }
  throw malformed('its key is of an algorithm that was not asked for')
}

/** A modulus has 1024 bytes at most. */
const MAX_NUMBER_BYTES = 1024

function bytesAt(map: CborMap, label: number, length?: number): Uint8Array {
  const value = map.get(label)
  const isSized =
    value instanceof Uint8Array &&
    value.length <= MAX_NUMBER_BYTES &&
    (length === undefined || value.length === length)
  if (!isSized) throw malformed('a part of its key is missing')
  return value
}

function malformed(message: string): Malformed {
  return new Malformed('PASSKEY_MALFORMED', message)
}
