import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import { CompactSign, calculateJwkThumbprint, compactVerify, type JWK } from 'jose'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { HostKeys } from './host-keys.ts'
import { SealedPrivateKeys } from './sealed-private-keys.ts'
import {
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  type StoredSigningKey,
  setSealedSigningKey,
} from './signing-key-store.ts'

/** RFC 8037. Every library that verifies knows this name; RFC 9864's newer one not yet. */
const ALGORITHM = 'EdDSA'

interface SigningKey {
  readonly id: string
  readonly privateKey: KeyObject
}

/** Public keys by their id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>

/**
 * Signs for the host: what it says of its audit and of its counts. The key is Ed25519, sealed at rest under the host's
 * key. A public key is believed only where its private half opens by that key: a row that somebody put into the
 * database signs nothing.
 */
export class HostSigner {
  readonly #knex: Knex
  readonly #sealer: SealedPrivateKeys
  #keys: Promise<readonly SigningKey[]> | undefined

  constructor(ports: { knex: Knex; hostKeys: HostKeys }) {
    this.#knex = ports.knex
    const wrapping = ports.hostKeys.for('signalbox host signing keys')
    this.#sealer = new SealedPrivateKeys(wrapping, (id) => [id])
  }

  /**
   * @param typ what it is, so that one statement is never taken for another (RFC 8725 §3.11)
   * @returns a compact JWS over the canonical JSON (RFC 8785) of what is said
   * @throws CORE_HOST_KEY_ABSENT: this host has no key to keep one by
   */
  async sign(typ: string, payload: unknown): Promise<string> {
    const [key] = await this.#loaded()
    if (key === undefined) throw coreErrors.create('HOST_KEY_ABSENT')
    return new CompactSign(Buffer.from(canonicalJson(payload)))
      .setProtectedHeader({ alg: ALGORITHM, typ, kid: key.id })
      .sign(key.privateKey)
  }

  /** As JWKS (RFC 7517), the one that signs now first. A host without a key of its own has none. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const keys = await this.#loaded().catch((error: unknown) => {
      if (error instanceof CodedError && error.code === 'CORE_HOST_KEY_ABSENT') return []
      throw error
    })
    return { keys: keys.map(({ id, privateKey }) => publicJwk(id, privateKey)) }
  }

  async publicKeys(): Promise<PublicKeys> {
    return publicKeysOf(await this.jwks())
  }

  /** A failed load is tried again by whoever asks next. */
  #loaded(): Promise<readonly SigningKey[]> {
    this.#keys ??= this.#load().catch((error: unknown) => {
      this.#keys = undefined
      throw error
    })
    return this.#keys
  }

  /** Puts every key under the newest key of the host: older ones may leave its file then. */
  async reseal(trx: Knex.Transaction): Promise<void> {
    await this.#loadIn(trx)
  }

  #load(): Promise<readonly SigningKey[]> {
    return this.#knex.transaction((trx) => this.#loadIn(trx))
  }

  async #loadIn(trx: Knex.Transaction): Promise<readonly SigningKey[]> {
    await lockSigningKeys(trx)
    const keys: SigningKey[] = []
    for (const stored of await listSigningKeys(trx)) {
      const privateKey = await this.#opened(stored)
      if (privateKey === undefined) continue
      keys.push({ id: stored.id, privateKey })
      const again = await this.#sealer.resealed(stored.id, stored)
      if (again !== undefined) await setSealedSigningKey(trx, { id: stored.id, ...again })
    }
    if (keys.length > 0) return keys
    const { privateKey } = generateKeyPairSync('ed25519')
    const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
    const id = await calculateJwkThumbprint(publicKey)
    await insertSigningKey(trx, { id, publicKey, ...(await this.#sealer.seal(id, privateKey)) })
    return [{ id, privateKey }]
  }

  /** @returns undefined where its host key is gone, or a bit of it is another */
  async #opened({ id, ...stored }: StoredSigningKey): Promise<KeyObject | undefined> {
    try {
      const privateKey = await this.#sealer.open(id, stored)
      const own = await calculateJwkThumbprint(publicJwk(id, privateKey))
      return own === id ? privateKey : undefined
    } catch {
      return undefined
    }
  }
}

function publicJwk(id: string, privateKey: KeyObject): JWK {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  return { ...jwk, kid: id, alg: ALGORITHM, use: 'sig' }
}

/** @throws where one is no Ed25519 key */
export function publicKeysOf({ keys }: { keys: readonly JWK[] }): PublicKeys {
  return new Map(
    keys.map((jwk) => {
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
      if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('no Ed25519 key')
      return [String(jwk.kid), key]
    }),
  )
}

/**
 * What a signed statement of the host says.
 * @returns undefined where it is not signed by one of these keys, or is a statement of another kind
 */
export async function verifiedStatement<Payload>(
  jws: string,
  typ: string,
  keys: PublicKeys,
): Promise<Payload | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(
      jws,
      ({ kid }) => {
        const key = keys.get(String(kid))
        if (key === undefined) throw new Error('an unknown key')
        return key
      },
      { algorithms: [ALGORITHM] },
    )
    if (protectedHeader.typ !== typ) return undefined
    return JSON.parse(new TextDecoder().decode(payload)) as Payload
  } catch {
    return undefined
  }
}
