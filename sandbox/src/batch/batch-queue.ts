import type { BatchRun } from './batch-run.ts'

/**
 * Batches that still have morsels to hand out: a line for each tenant, a morsel from each line in turn. A tenant with many or
 * long batches waits for its own, and others wait for one morsel of it.
 */
export class BatchQueue {
  readonly #lines = new Map<string, BatchRun[]>()

  add(run: BatchRun): void {
    const line = this.#lines.get(run.tenant)
    if (line === undefined) this.#lines.set(run.tenant, [run])
    else if (!line.includes(run)) line.push(run)
  }

  /** The first run of the next line that `isWanted`; its tenant goes to the end of the round. */
  next(isWanted: (run: BatchRun) => boolean): BatchRun | undefined {
    for (const [tenant, line] of [...this.#lines]) {
      const open = line.filter(({ hasMore }) => hasMore)
      if (open.length === 0) {
        this.#lines.delete(tenant)
        continue
      }
      if (open.length < line.length) this.#lines.set(tenant, open)
      const run = open.find(isWanted)
      if (run === undefined) continue
      this.#lines.delete(tenant)
      this.#lines.set(tenant, open)
      return run
    }
    return undefined
  }
}
