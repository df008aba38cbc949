/**
 * What was made of packages, least recently used first out, bounded by bytes. An entry is only ever used at the
 * revision it was made for, so nothing has to be invalidated: other nodes' publishes change the revision.
 */
export class RevisionCache<Value> {
  readonly #maxBytes: number
  readonly #entries = new Map<string, { readonly rev: string; value: Value; bytes: number }>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string, rev: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.rev !== rev) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** @param bytes what it holds in memory, about */
  set(key: string, rev: string, value: Value, bytes: number): void {
    this.#drop(key)
    if (bytes > this.#maxBytes) return
    this.#entries.set(key, { rev, value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }
}
