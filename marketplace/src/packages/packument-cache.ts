/**
 * Serialized packuments, least recently used first out, bounded by bytes. An entry is only ever used at the
 * revision it was made for, so nothing has to be invalidated: other nodes' publishes change the revision.
 */
export class PackumentCache {
  readonly #maxBytes: number
  readonly #entries = new Map<string, { readonly rev: string; readonly body: Buffer }>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string, rev: string): Buffer | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.rev !== rev) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.body
  }

  set(key: string, rev: string, body: Buffer): void {
    this.#drop(key)
    if (body.length > this.#maxBytes) return
    this.#entries.set(key, { rev, body })
    this.#bytes += body.length
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.body.length ?? 0
    this.#entries.delete(key)
  }
}
