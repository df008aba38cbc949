import { type BlobOwner, ownerKey } from './blob-owner.ts'

/** Owners that wait at once; each costs some 200 bytes. */
const MAX_OWNERS = 10_000

/**
 * Bytes that were read, by owner, until the next run of the job writes them down: a read that had to write would
 * cost twice as much. What was written is counted with the write itself.
 */
export class BlobMeter {
  #waiting = new Map<string, { owner: BlobOwner; bytes: number }>()

  read(owner: BlobOwner, bytes: number): void {
    const key = ownerKey(owner)
    const known = this.#waiting.get(key)
    if (known !== undefined) known.bytes += bytes
    else if (this.#waiting.size < MAX_OWNERS) this.#waiting.set(key, { owner, bytes })
  }

  take(): readonly { readonly owner: BlobOwner; readonly bytes: number }[] {
    const taken = [...this.#waiting.values()]
    this.#waiting = new Map()
    return taken
  }
}
