interface Waiting {
  readonly call: { readonly isolate: { readonly tenant: string } }
}

/** A tenant with its line, and the virtual time at which what it was given so far is paid for. */
interface Flow<Item> {
  readonly line: Item[]
  finish: number
}

export interface QueueLimits {
  readonly maxTotal: number
  readonly maxPerTenant: number
}

/** Beyond so many, those are forgotten for whom nothing waits, half of them at once. */
const MAX_FLOWS = 1024

/**
 * Calls that no lane has room for. Start-time fair queueing: each tenant pays for the CPU its calls take, and
 * the one that has paid least is served next, so that a tenant with a long line, or with long calls, gets its
 * share and no more. Bounded, in total and per tenant, so that overload is told at once.
 *
 * Source: Goyal, Vin & Cheng, Start-time fair queueing, SIGCOMM 1996; the length of a packet is a call's CPU
 * time in milliseconds, expected when it starts and corrected when it ends.
 */
export class FairQueue<Item extends Waiting> {
  readonly #flows = new Map<string, Flow<Item>>()
  readonly #limits: QueueLimits
  #size = 0
  /** Virtual time: the start of what was served last. Who comes back from a rest starts here, not earlier. */
  #now = 0

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#size
  }

  /** @returns undefined when it was taken, else the limit that is reached. */
  add(item: Item): { readonly limit: number; readonly reached: number } | undefined {
    const { maxPerTenant, maxTotal } = this.#limits
    const { line } = this.#flow(item.call.isolate.tenant)
    if (line.length >= maxPerTenant) return { limit: maxPerTenant, reached: line.length }
    if (this.#size >= maxTotal) return { limit: maxTotal, reached: this.#size }
    line.push(item)
    this.#size++
    return undefined
  }

  /** Offers heads of lines, the tenant first that has paid least, until nobody's is taken any more. */
  serve(take: (item: Item) => boolean): void {
    const refused = new Set<Flow<Item>>()
    while (this.#size > 0) {
      const flow = this.#next(refused)
      if (flow === undefined) return
      if (take(flow.line[0] as Item)) {
        flow.line.shift()
        this.#size--
      } else {
        refused.add(flow)
      }
    }
  }

  /** A call of the tenant starts. @param ms what it is expected to take. */
  charge(tenant: string, ms: number): void {
    const flow = this.#flow(tenant)
    this.#now = Math.max(this.#now, flow.finish)
    flow.finish = this.#now + ms
    if (this.#flows.size > MAX_FLOWS) this.#forgetIdle()
  }

  /** A call has ended. @param ms what it took more than expected; less is negative. */
  correct(tenant: string, ms: number): void {
    const flow = this.#flows.get(tenant)
    if (flow !== undefined) flow.finish += ms
  }

  /** Takes out what `isDue` picks, wherever it stands. */
  remove(isDue: (item: Item) => boolean): Item[] {
    const removed: Item[] = []
    for (const { line } of this.#flows.values()) {
      const due = line.filter(isDue)
      if (due.length === 0) continue
      const kept = line.filter((item) => !due.includes(item))
      line.splice(0, line.length, ...kept)
      removed.push(...due)
    }
    this.#size -= removed.length
    return removed
  }

  #next(refused: ReadonlySet<Flow<Item>>): Flow<Item> | undefined {
    let next: Flow<Item> | undefined
    for (const flow of this.#flows.values()) {
      if (flow.line.length === 0 || refused.has(flow)) continue
      if (next === undefined || flow.finish < next.finish) next = flow
    }
    return next
  }

  #flow(tenant: string): Flow<Item> {
    const known = this.#flows.get(tenant)
    if (known !== undefined) return known
    const flow = { line: [], finish: 0 }
    this.#flows.set(tenant, flow)
    return flow
  }

  /** Who owes least goes first, and time moves to what they owed: whoever comes back starts level with the others. */
  #forgetIdle(): void {
    const idle = [...this.#flows].filter(([, { line }]) => line.length === 0)
    idle.sort(([, one], [, other]) => one.finish - other.finish)
    for (const [tenant, { finish }] of idle.slice(0, Math.ceil(idle.length / 2))) {
      this.#flows.delete(tenant)
      this.#now = Math.max(this.#now, finish)
    }
  }
}
