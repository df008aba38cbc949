/** What makes a loop look though nobody asked it to. */
export interface Wakes {
  /** @returns to be called when it is to look no more */
  begin(look: () => void): () => void
}

/** For a loop that asks PostgreSQL itself, or has a test of its own. */
export function everyMs(ms: number): Wakes {
  return {
    begin(look) {
      const timer = setInterval(look, ms)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}
