export interface DownloadCount {
  readonly name: string
  readonly version: string
  readonly day: string
  readonly count: number
}

/** Downloads that are not written down yet: a fixed number of places, so that no list of names makes the host grow. */
export class DownloadTally {
  readonly #maxPlaces: number
  #counts = new Map<string, DownloadCount>()

  constructor(maxPlaces: number) {
    this.#maxPlaces = maxPlaces
  }

  /** @returns false when all places are taken by others: this one is not counted. */
  add({ name, version, day, count }: DownloadCount): boolean {
    const key = `${day} ${name}@${version}`
    const known = this.#counts.get(key)
    if (known === undefined && this.#counts.size >= this.#maxPlaces) return false
    this.#counts.set(key, { name, version, day, count: (known?.count ?? 0) + count })
    return true
  }

  get isHalfFull(): boolean {
    return this.#counts.size * 2 >= this.#maxPlaces
  }

  /** Takes all counts out, in one order everywhere: two nodes that write them never wait in a circle. */
  takeAll(): readonly DownloadCount[] {
    const taken = [...this.#counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    this.#counts = new Map()
    return taken.map(([, count]) => count)
  }
}
