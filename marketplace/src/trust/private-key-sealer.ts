import type { KeyObject } from 'node:crypto'

/** A private key at rest, and which key of the host opens it. */
export interface SealedKey {
  readonly sealed: Buffer
  readonly hostKey: string
}

/** Keeps private keys so that the database alone gives none. */
export interface PrivateKeySealer {
  seal(name: string, privateKey: KeyObject): Promise<SealedKey>
  /** @throws where a bit, or the name, is another */
  open(name: string, stored: SealedKey): Promise<KeyObject>
  /** @returns the key under the host's newest; undefined where it is so already */
  resealed(name: string, stored: SealedKey): Promise<SealedKey | undefined>
}
