import type { CryptoKey, JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { HostKeys } from '../sealing/host-keys.ts'
import { open, seal } from '../sealing/sealing.ts'
import type { WrappingKeys } from '../sealing/tenant-keys.ts'
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
  readonly #wrapping: WrappingKeys
  readonly #opened = new Map<string, Promise<CryptoKey>>()

  constructor(knex: Knex, hostKeys: HostKeys) {
    this.#knex = knex
    this.#wrapping = hostKeys.for('signalbox token keys')
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_KEY_FILE_UNUSABLE */
  async make(): Promise<MadeTokenKey> {
    const { id: hostKey, key } = await this.#wrapping.newest()
    const pair = await generateKeyPair(TOKEN_ALGORITHM, {
      modulusLength: MODULUS_BITS,
      extractable: true,
    })
    const publicJwk = await exportJWK(pair.publicKey)
    // RFC 7638: the name says which key it is, and no other key can have it.
    const kid = await calculateJwkThumbprint(publicJwk)
    const plain = Buffer.from(await exportPKCS8(pair.privateKey))
    const named = { ...publicJwk, kid, use: 'sig', alg: TOKEN_ALGORITHM }
    return { kid, publicJwk: named, sealed: seal(key, plain, boundTo(kid)), hostKey }
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING */
  private(kid: string): Promise<CryptoKey> {
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
    const { id: hostKey, key } = await this.#wrapping.newest()
    const others = await lockSealedNotUnder(trx, hostKey)
    for (const one of others) {
      const plain = await this.#unseal(one)
      await setSealed(trx, { kid: one.kid, sealed: seal(key, plain, boundTo(one.kid)), hostKey })
    }
    return others.length
  }

  async #open(kid: string): Promise<CryptoKey> {
    const stored = await findSealedKey(this.#knex, kid)
    if (stored === undefined) throw coreErrors.create('TOKEN_KEY_MISSING')
    const pem = (await this.#unseal(stored)).toString()
    return importPKCS8(pem, TOKEN_ALGORITHM)
  }

  async #unseal({ kid, sealed, hostKey }: SealedTokenKey): Promise<Buffer> {
    return open(await this.#wrapping.byId(hostKey), sealed, boundTo(kid))
  }
}

function boundTo(kid: string): readonly string[] {
  return ['token key', kid]
}
