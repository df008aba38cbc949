/**
 * Limits count time that passes. A turn that computed for less than this part of its limit when the limit was
 * over was kept from computing by the machine, not by its own code.
 */
const STARVED_BELOW = 0.5

export function wasStarved(cpuMs: number, limitMs: number): boolean {
  return cpuMs < limitMs * STARVED_BELOW
}
