/** Of one node; what is older than so many reports was reported long ago. */
const MOST_KEPT = 50_000

/** Which picks were reported: of a pick each outcome counts once. */
export class ReportedPicks {
  readonly #seen = new Set<string>()

  /** @returns whether this is the first time */
  isFirst(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    const [oldest] = this.#seen
    if (this.#seen.size > MOST_KEPT) this.#seen.delete(oldest as string)
    return true
  }
}
