interface Waiting {
  readonly call: { readonly isolate: { readonly tenant: string } }
}

/**
 * Calls that no lane has room for, one line per tenant, served in turn: a tenant with a long line does not
 * push back one with a short line. Bounded, in total and per tenant, so that overload is told at once.
 */
export class TenantQueue<Item extends Waiting> {
  readonly #lines = new Map<string, Item[]>()
  readonly #maxTotal: number
  readonly #maxPerTenant: number
  #size = 0

  constructor(limits: { readonly maxTotal: number; readonly maxPerTenant: number }) {
    this.#maxTotal = limits.maxTotal
    this.#maxPerTenant = limits.maxPerTenant
  }

  get size(): number {
    return this.#size
  }

  /** @returns undefined when it was taken, else the limit that is reached. */
  add(item: Item): { readonly limit: number; readonly reached: number } | undefined {
    const { tenant } = item.call.isolate
    const line = this.#lines.get(tenant) ?? []
    if (line.length >= this.#maxPerTenant) {
      return { limit: this.#maxPerTenant, reached: line.length }
    }
    if (this.#size >= this.#maxTotal) return { limit: this.#maxTotal, reached: this.#size }
    line.push(item)
    this.#lines.set(tenant, line)
    this.#size++
    return undefined
  }

  /** Offers the head of each line in turn; whoever is taken goes, and its tenant to the end of the round. */
  serve(take: (item: Item) => boolean): void {
    let refusals = 0
    while (this.#size > 0 && refusals < this.#lines.size) {
      const [tenant, line] = this.#lines.entries().next().value as [string, Item[]]
      this.#lines.delete(tenant)
      if (take(line[0] as Item)) {
        line.shift()
        this.#size--
        refusals = 0
      } else {
        refusals++
      }
      if (line.length > 0) this.#lines.set(tenant, line)
    }
  }

  /** Takes out what `isDue` picks, wherever it stands. */
  remove(isDue: (item: Item) => boolean): Item[] {
    const removed: Item[] = []
    for (const [tenant, line] of this.#lines) {
      const kept = line.filter((item) => !isDue(item))
      if (kept.length === line.length) continue
      removed.push(...line.filter(isDue))
      if (kept.length === 0) this.#lines.delete(tenant)
      else this.#lines.set(tenant, kept)
    }
    this.#size -= removed.length
    return removed
  }
}
