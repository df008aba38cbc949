import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { AssertionResponse } from '../../src/passkeys/assertion.ts'
import type { RegistrationResponse } from '../../src/passkeys/registration.ts'

export type DeviceAlgorithm = 'ES256' | 'EdDSA' | 'RS256'

/** What of a ceremony is other than it should be. */
export interface Odd {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  readonly flags?: number
  readonly counter?: number
  readonly attestation?: 'none' | 'self' | 'self-wrong' | 'other' | 'none-with-statement'
  readonly extensions?: Readonly<Record<string, boolean>>
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const PRESENT_AND_VERIFIED = 0x05

/** A browser and an authenticator with one passkey (WebAuthn Level 3 §6): bytes as a device makes them. */
export class PasskeyDevice {
  readonly id = sha256(Math.random().toString())
  readonly #algorithm: DeviceAlgorithm
  readonly #origin: string
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

  constructor(origin: string, algorithm: DeviceAlgorithm = 'ES256') {
    this.#origin = origin
    this.#algorithm = algorithm
    this.#keys = keysOf(algorithm)
  }

  create(challenge: Uint8Array, odd: Odd = {}): RegistrationResponse {
    const clientData = this.#clientData('webauthn.create', challenge, odd)
    const authData = this.#authenticatorData(odd, true)
    const { attestation = 'none' } = odd
    const statement = new Map<string, unknown>()
    if (attestation.startsWith('self')) {
      const over = attestation === 'self' ? clientData : Buffer.from('something else')
      statement.set('alg', coseAlgorithms[this.#algorithm])
      statement.set('sig', this.#sign(authData, over))
    }
    if (attestation === 'none-with-statement') statement.set('alg', -7)
    const format = { self: 'packed', 'self-wrong': 'packed', other: 'tpm' }[attestation as string]
    const object = new Map<string, unknown>([
      ['fmt', format ?? 'none'],
      ['attStmt', statement],
      ['authData', authData],
    ])
    const attestationObject = encodeCbor(object).toString('base64url')
    return { clientDataJSON: clientData.toString('base64url'), attestationObject }
  }

  get(challenge: Uint8Array, odd: Odd = {}): AssertionResponse {
    const clientData = this.#clientData('webauthn.get', challenge, odd)
    const authData = this.#authenticatorData(odd, false)
    return {
      id: this.id.toString('base64url'),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: this.#sign(authData, clientData).toString('base64url'),
      },
    }
  }

  #clientData(type: string, challenge: Uint8Array, odd: Odd): Buffer {
    const data = {
      type: odd.type ?? type,
      challenge: Buffer.from(challenge).toString('base64url'),
      origin: odd.origin ?? this.#origin,
      crossOrigin: odd.crossOrigin ?? false,
    }
    return Buffer.from(JSON.stringify(data))
  }

  #authenticatorData(odd: Odd, isRegistration: boolean): Buffer {
    const { flags = PRESENT_AND_VERIFIED, counter = 0, extensions } = odd
    const own = (isRegistration ? 0x40 : 0) | (extensions === undefined ? 0 : 0x80)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const rpId = odd.rpId ?? new URL(this.#origin).hostname
    const head = [sha256(rpId), Buffer.of(flags | own), count]
    const tail = extensions === undefined ? [] : [encodeCbor(new Map(Object.entries(extensions)))]
    return Buffer.concat([...head, ...(isRegistration ? this.#credential() : []), ...tail])
  }

  #credential(): Buffer[] {
    const key = encodeCbor(coseKeyOf(this.#algorithm, this.#keys.publicKey))
    return [Buffer.alloc(16, 7), Buffer.of(0, this.id.length), this.id, key]
  }

  #sign(authData: Buffer, clientData: Buffer): Buffer {
    const hash = this.#algorithm === 'EdDSA' ? null : 'sha256'
    return sign(hash, Buffer.concat([authData, sha256(clientData)]), this.#keys.privateKey)
  }
}

const coseAlgorithms = { ES256: -7, EdDSA: -8, RS256: -257 } as const

function keysOf(algorithm: DeviceAlgorithm) {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}

function coseKeyOf(algorithm: DeviceAlgorithm, key: KeyObject): Map<unknown, unknown> {
  const jwk = key.export({ format: 'jwk' })
  const bytes = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(String(jwk[name]), 'base64url')
  switch (algorithm) {
    case 'ES256':
      return new Map<unknown, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, bytes('x')],
        [-3, bytes('y')],
      ])
    case 'EdDSA':
      return new Map<unknown, unknown>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes('x')],
      ])
    case 'RS256':
      return new Map<unknown, unknown>([
        [1, 3],
        [3, -257],
        [-1, bytes('n')],
        [-2, bytes('e')],
      ])
  }
}

/** As much of CBOR (RFC 8949) as an authenticator writes. */
export function encodeCbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)])
  const pairs = [...(value as Map<unknown, unknown>)]
  return Buffer.concat([head(5, pairs.length), ...pairs.flat().map(encodeCbor)])
}

function head(major: number, argument: number): Buffer {
  const first = major << 5
  if (argument < 24) return Buffer.of(first | argument)
  if (argument < 0x100) return Buffer.of(first | 24, argument)
  if (argument < 0x1_0000) return Buffer.of(first | 25, argument >> 8, argument & 255)
  const bytes = Buffer.alloc(5)
  bytes[0] = first | 26
  bytes.writeUInt32BE(argument, 1)
  return bytes
}
