import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { isoCBOR } from '@simplewebauthn/server/helpers'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

/** What of a ceremony is other than it should be. */
export interface Odd {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  /** Nobody has touched it with a finger or typed a PIN. */
  readonly isUnverified?: boolean
  readonly crossOrigin?: boolean
  readonly counter?: number
  readonly userHandle?: string
}

/** A browser and an authenticator with one ES256 passkey, by WebAuthn Level 3 §6: bytes as a device makes them. */
export class PasskeyDevice {
  readonly id = randomBytes(32).toString('base64url')
  readonly #origin: string
  readonly #key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  /** A device that counts; 0: one that does not, as those that synchronise. */
  counter: number
  userHandle: string | undefined

  constructor(origin: string, counter = 0) {
    this.#origin = origin
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.counter = counter
  }

  create(options: PublicKeyCredentialCreationOptionsJSON, odd: Odd = {}): RegistrationResponseJSON {
    this.userHandle = options.user.id
    const authData = this.#authenticatorData(odd, this.#attested())
    const statement = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    const attestationObject = Buffer.from(isoCBOR.encode(statement as never)).toString('base64url')
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, odd),
        attestationObject,
        transports: ['internal'],
      },
    }
  }

  get(options: PublicKeyCredentialRequestOptionsJSON, odd: Odd = {}): AuthenticationResponseJSON {
    if (this.counter > 0) this.counter++
    const clientData = this.#clientData('webauthn.get', options.challenge, odd)
    const authData = this.#authenticatorData(odd)
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientData, 'base64url'))])
    const userHandle = odd.userHandle ?? this.userHandle
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData,
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, this.#key.privateKey).toString('base64url'),
        ...(userHandle === undefined ? {} : { userHandle }),
      },
    }
  }

  #clientData(type: string, challenge: string, odd: Odd): string {
    const data = {
      type,
      challenge: odd.challenge ?? challenge,
      origin: odd.origin ?? this.#origin,
      crossOrigin: odd.crossOrigin ?? false,
    }
    return Buffer.from(JSON.stringify(data)).toString('base64url')
  }

  /** §6.1: hash of the name, flags, counter, and of a new one its key. */
  #authenticatorData(odd: Odd, attested: Buffer = Buffer.alloc(0)): Buffer {
    const present = 0x01
    const verified = odd.isUnverified === true ? 0 : 0x04
    const hasKey = attested.length > 0 ? 0x40 : 0
    const head = Buffer.alloc(5)
    head.writeUInt8(present | verified | hasKey, 0)
    head.writeUInt32BE(odd.counter ?? this.counter, 1)
    const rpId = odd.rpId ?? new URL(this.#origin).hostname
    return Buffer.concat([sha256(rpId), head, attested])
  }

  /** §6.5.2: of no named model, the id, the key as COSE (RFC 9053 §7.1.1). */
  #attested(): Buffer {
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' })
    const coordinate = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'))
    const key = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(x)],
      [-3, coordinate(y)],
    ])
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    return Buffer.concat([Buffer.alloc(16), length, id, Buffer.from(isoCBOR.encode(key as never))])
  }
}
