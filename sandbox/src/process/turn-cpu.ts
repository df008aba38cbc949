/** The system counts on at its ticks, of 4 ms on many: for a shorter turn the time that passed says more. */
const WORTH_A_LOOK_US = 50_000

let since = 0

/**
 * Marks where the next turns begin. What isolated-vm calls the CPU time of an isolate is the time that passed while
 * its guest held the thread, whether or not the machine let it compute; what the thread computed the system tells,
 * for 0.7 µs. So it is asked once for all that a lane reads at a time, and again only behind a turn that was long.
 */
export function beginTurns(): void {
  since = threadCpuUs()
}

/**
 * @param heldUs how long a guest held this thread since it was last asked about, in microseconds.
 * @returns how much of that it can have computed.
 */
export function computedUs(heldUs: number): number {
  if (heldUs < WORTH_A_LOOK_US) return heldUs
  const now = threadCpuUs()
  const computed = now - since
  since = now
  return Math.min(heldUs, computed)
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
