/**
 * Bundles held in memory, by hash: a lane that is replaced while PostgreSQL is away still finds them. A
 * bundle is at most 2 MB and mostly 50 KB, so this is a few megabytes.
 */
const MAX_BUNDLES = 64

export class BundleCache {
  readonly #read: (sha256: string) => Promise<Buffer | undefined>
  readonly #held = new Map<string, Promise<string>>()

  /** @param read verified bytes by hash, from the content store */
  constructor(read: (sha256: string) => Promise<Buffer | undefined>) {
    this.#read = read
  }

  load(sha256: string): Promise<string> {
    const held = this.#held.get(sha256) ?? this.#fetch(sha256)
    // Least recently used first: what is asked for goes to the end.
    this.#held.delete(sha256)
    this.#held.set(sha256, held)
    if (this.#held.size > MAX_BUNDLES) {
      const oldest = this.#held.keys().next().value
      if (oldest !== undefined) this.#held.delete(oldest)
    }
    return held
  }

  #fetch(sha256: string): Promise<string> {
    const fetched = this.#read(sha256).then((bytes) => {
      if (bytes === undefined) throw new Error(`the content store has no ${sha256}`)
      return bytes.toString('utf8')
    })
    fetched.catch(() => this.#held.delete(sha256))
    return fetched
  }
}
