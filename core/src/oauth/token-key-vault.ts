import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { HostKeys } from '../sealing/host-keys.ts'
import { SealedPrivateKeys } from '../sealing/sealed-private-keys.ts'
import { TOKEN_ALGORITHM } from './token-key.ts'
import {
  findSealedKey,
  lockSealedNotUnder,
  type SealedTokenKey,
  setSealed,
} from './token-key-store.ts'

/** 112 bits of strength (NIST SP 800-57), and a signature in under a millisecond; a key lives for a month. */
const MODULUS_BITS = 2048

/** Private halves in the clear, in this process: what signs now, and what did before. */
const MAX_OPENED = 4

export interface MadeTokenKey extends SealedTokenKey {
  readonly publicJwk: JWK
}

/** Private keys of tokens: made, sealed by the host's key, and opened to sign. The database alone gives none. */
export class TokenKeyVault {
  readonly #knex: Knex
  readonly #sealer: SealedPrivateKeys
  readonly #opened = new Map<string, Promise<KeyObject>>()

  constructor(knex: Knex, hostKeys: HostKeys) {
    this.#knex = knex
    const wrapping = hostKeys.for('signalbox token keys')
    this.#sealer = new SealedPrivateKeys(wrapping, (kid) => ['token key', kid])
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_KEY_FILE_UNUSABLE */
  async make(): Promise<MadeTokenKey> {
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
    const publicJwk = await exportJWK(pair.publicKey)
    // RFC 7638: the name says which key it is, and no other key can have it.
    const kid = await calculateJwkThumbprint(publicJwk)
    const named = { ...publicJwk, kid, use: 'sig', alg: TOKEN_ALGORITHM }
    return { kid, publicJwk: named, ...(await this.#sealer.seal(kid, pair.privateKey)) }
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING */
  private(kid: string): Promise<KeyObject> {
    const known = this.#opened.get(kid)
    if (known !== undefined) return known
    const opening = this.#open(kid)
    if (this.#opened.size >= MAX_OPENED) this.#opened.clear()
    this.#opened.set(kid, opening)
    opening.catch(() => this.#opened.delete(kid))
    return opening
  }

  /** Puts every key under the newest key of the host. @returns how many */
  async rewrap(trx: Knex.Transaction): Promise<number> {
    const newest = await this.#sealer.newestHostKey()
    const others = await lockSealedNotUnder(trx, newest)
    for (const { kid, ...stored } of others) {
      const again = await this.#sealer.resealed(kid, stored)
      if (again !== undefined) await setSealed(trx, { kid, ...again })
    }
    return others.length
  }

  async #open(kid: string): Promise<KeyObject> {
    const stored = await findSealedKey(this.#knex, kid)
    if (stored === undefined) throw coreErrors.create('TOKEN_KEY_MISSING')
    return this.#sealer.open(kid, stored)
  }
}
