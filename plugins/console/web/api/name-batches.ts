/** Asks the host what users of a tenant are called. @returns names by id; whom it does not have is absent */
export type ReadNames = (
  tenant: string,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, string>>

interface Batch {
  readonly ids: Set<string>
  readonly names: Promise<ReadonlyMap<string, string>>
}

/** As the host takes them at once. */
const MOST_NAMES = 100

/**
 * Cells ask for one name each, and those of a page are drawn in one turn: what is asked for in it is one question.
 * @returns what a user is called; null where the tenant has none of that id
 */
export function inBatches(read: ReadNames): (tenant: string, id: string) => Promise<string | null> {
  const open = new Map<string, Batch>()
  const begin = (tenant: string): Batch => {
    const ids = new Set<string>()
    const names = turnEnd().then(() => {
      if (open.get(tenant) === batch) open.delete(tenant)
      return read(tenant, [...ids])
    })
    const batch = { ids, names }
    open.set(tenant, batch)
    return batch
  }
  return async (tenant, id) => {
    const begun = open.get(tenant)
    const isFull = begun !== undefined && begun.ids.size >= MOST_NAMES && !begun.ids.has(id)
    const batch = begun === undefined || isFull ? begin(tenant) : begun
    batch.ids.add(id)
    return (await batch.names).get(id) ?? null
  }
}

const turnEnd = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
