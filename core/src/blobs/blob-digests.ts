import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import { type BlobOwner, ownerKey } from './blob-owner.ts'
import type { StoredBlob } from './blob-store.ts'
import { type ObjectDigest, objectDigests } from './object-digests.ts'

/** A document is signed within minutes of being put together; each entry costs some 300 bytes. */
const MAX_KNOWN = 2000

interface Ports {
  readonly knex: Knex
  readonly turns: Pick<FairTurns, 'take'>
}

/**
 * Digests of blobs by other algorithms than the one that names them, by which the oldest known go first. What was found of
 * some bytes holds for whoever has the same: it follows from their name, and who asks has shown that the blob is its own.
 */
export class BlobDigests {
  readonly #ports: Ports
  readonly #known = new Map<string, Buffer>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param blob of that owner. @throws CORE_BLOB_CORRUPT */
  async of(
    owner: BlobOwner,
    blob: StoredBlob,
    algorithm: ObjectDigest,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const { sha256 } = blob
    if (algorithm === 'sha256') return Buffer.from(sha256, 'hex')
    const known = this.#known.get(keyOf(sha256, algorithm))
    if (known !== undefined) return known
    const { knex, turns } = this.#ports
    const found = await objectDigests(knex, blob, [algorithm], {
      turn: (work) => turns.take(ownerKey(owner), work),
      signal,
    })
    const digest = found?.get(algorithm)
    if (found === undefined || digest === undefined) {
      throw coreErrors.create('BLOB_CORRUPT', { sha256 })
    }
    this.remember(sha256, found)
    return digest
  }

  remember(sha256: string, digests: ReadonlyMap<ObjectDigest, Buffer>): void {
    for (const [algorithm, digest] of digests) {
      if (algorithm !== 'sha256') this.#known.set(keyOf(sha256, algorithm), digest)
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) break
      this.#known.delete(oldest)
    }
  }
}

const keyOf = (sha256: string, algorithm: ObjectDigest): string => `${algorithm} ${sha256}`
