/**
 * Calls of a subscription at the same time, on this node: each has its share, and at least one. To agree on it would cost two
 * statements a call, and a node that is killed would leave its calls counted.
 */
export class Concurrency {
  readonly #open = new Map<string, number>()
  readonly #nodes: () => number

  constructor(nodes: () => number) {
    this.#nodes = nodes
  }

  shareOf(limit: number): number {
    return Math.max(1, Math.floor(limit / this.#nodes()))
  }

  /** @returns what ends the call, to be called as often as one likes; undefined: there are as many as may be */
  enter(subscription: string, limit: number): (() => void) | undefined {
    const open = this.#open.get(subscription) ?? 0
    if (open >= this.shareOf(limit)) return undefined
    this.#open.set(subscription, open + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = (this.#open.get(subscription) ?? 1) - 1
      if (left <= 0) this.#open.delete(subscription)
      else this.#open.set(subscription, left)
    }
  }
}
