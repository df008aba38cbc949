interface Bites {
  /** Rows of one bite: one that has fewer was the last. */
  readonly size: number
  /** The next run goes on from where this one was: nobody else waits behind a million of rows. */
  readonly most: number
  readonly isStopped: () => boolean
}

/** Works through many rows in transactions that hold few of them. @param bite says how many rows it had */
export async function inBites(
  bite: () => Promise<number>,
  { size, most, isStopped }: Bites,
): Promise<void> {
  for (let bites = 0; bites < most && !isStopped(); bites++) {
    if ((await bite()) < size) return
  }
}
