import { createPrivateKey, type KeyObject } from 'node:crypto'
import { open, seal } from './sealing.ts'
import type { WrappingKeys } from './tenant-keys.ts'

/** A private key at rest, and which key of the host opens it. */
export interface SealedPrivateKey {
  readonly sealed: Buffer
  readonly hostKey: string
}

/**
 * How every key that this host signs by is kept: PKCS #8, sealed under a key of the host, bound to its name. Whoever has
 * the database alone has none of them, and one that was moved to another row opens nothing.
 */
export class SealedPrivateKeys {
  readonly #wrapping: WrappingKeys
  readonly #boundTo: (id: string) => readonly string[]

  constructor(wrapping: WrappingKeys, boundTo: (id: string) => readonly string[]) {
    this.#wrapping = wrapping
    this.#boundTo = boundTo
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_KEY_FILE_UNUSABLE */
  async seal(id: string, privateKey: KeyObject): Promise<SealedPrivateKey> {
    const { id: hostKey, key } = await this.#wrapping.newest()
    const plain = privateKey.export({ format: 'der', type: 'pkcs8' })
    return { sealed: seal(key, plain, this.#boundTo(id)), hostKey }
  }

  /** @throws CORE_HOST_KEY_ABSENT, CORE_HOST_KEY_MISSING; and where a bit, or its name, is another */
  async open(id: string, { sealed, hostKey }: SealedPrivateKey): Promise<KeyObject> {
    const plain = open(await this.#wrapping.byId(hostKey), sealed, this.#boundTo(id))
    // Keys of tokens were kept as PEM once.
    if (plain.subarray(0, 5).toString('latin1') === '-----') return createPrivateKey(plain)
    return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' })
  }

  async newestHostKey(): Promise<string> {
    return (await this.#wrapping.newest()).id
  }

  /** @returns the key under the newest key of the host; undefined where it is so already */
  async resealed(id: string, stored: SealedPrivateKey): Promise<SealedPrivateKey | undefined> {
    const newest = await this.#wrapping.newest()
    if (stored.hostKey === newest.id) return undefined
    return this.seal(id, await this.open(id, stored))
  }
}
