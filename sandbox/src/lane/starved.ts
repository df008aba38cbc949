/**
 * Limits count time that passes. A turn that computed for less than this part of its limit when the limit was
 * over was kept from computing by the machine, not by its own code.
 */
const STARVED_BELOW = {
  /** To kill a process costs everybody in it: half of what the turn might have had must be proven. */
  process: 0.5,
  /** To drop an isolate costs its version. A lane yields to the host tenfold: what got less than that was stopped. */
  isolate: 0.1,
} as const

export function wasStarved(
  lost: keyof typeof STARVED_BELOW,
  cpuMs: number,
  limitMs: number,
): boolean {
  return cpuMs < limitMs * STARVED_BELOW[lost]
}
