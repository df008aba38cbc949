/** As many as one call may ask at once. */
export const MAX_OF_ONE = 64

/** Each holds an answer of up to 6 MiB while it is read. */
export const MAX_OF_ALL = 256

/** Requests under way on this node: of one plugin in one tenant, and of all. */
export class Flights {
  readonly #byOwner = new Map<string, number>()
  #all = 0

  /** @returns how to end it, or the limit that is reached */
  begin(owner: string): { readonly end: () => void } | { readonly limit: string } {
    const own = this.#byOwner.get(owner) ?? 0
    if (own >= MAX_OF_ONE) return { limit: `${MAX_OF_ONE} in one tenant` }
    if (this.#all >= MAX_OF_ALL) return { limit: `${MAX_OF_ALL} of all plugins on this node` }
    this.#all++
    this.#byOwner.set(owner, own + 1)
    return { end: () => this.#end(owner) }
  }

  #end(owner: string): void {
    this.#all--
    const rest = (this.#byOwner.get(owner) ?? 1) - 1
    if (rest === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, rest)
  }
}
