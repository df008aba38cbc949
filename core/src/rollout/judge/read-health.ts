import type { SourceHealth } from './data-health.ts'

/** Errors are counted at the pace that the rules mean; the controller looks far more often. */
const EVERY_MS = 10_000

/** Since when a node cannot read what was counted of its rollouts. */
export class ReadHealth {
  readonly #failing = new Map<
    string,
    { readonly source: SourceHealth; readonly countedAt: number }
  >()

  succeeded(rollout: string): void {
    this.#failing.delete(rollout)
  }

  failed(rollout: string, now: number, lastError: string | null): SourceHealth {
    const before = this.#failing.get(rollout)
    const isCounted = before === undefined || now - before.countedAt >= EVERY_MS
    const source: SourceHealth = {
      name: 'calls',
      failuresInRow: (before?.source.failuresInRow ?? 0) + (isCounted ? 1 : 0),
      // Before its first failure it was read at every look.
      lastReadAt: before?.source.lastReadAt ?? now,
      lastError,
    }
    this.#failing.set(rollout, { source, countedAt: isCounted ? now : before.countedAt })
    return source
  }

  /** Keeps nothing of rollouts that are over. */
  forget(live: ReadonlySet<string>): void {
    for (const id of this.#failing.keys()) if (!live.has(id)) this.#failing.delete(id)
  }
}
