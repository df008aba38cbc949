/** To kill a process costs everybody in it: so much of its limit a turn must have computed to be the cause. */
const PROVEN_PART = 0.5
/** V8 ends a turn at its limit, unless what ends it stood still as well. */
const STOPPED_BEYOND = 2
/** A lane yields to the host tenfold: what got less than that was not slow, but stopped. */
const STOPPED_PART = 0.1

/**
 * Limits count time that passes. A turn that computed for less than half of its limit when the limit was over was
 * kept from computing by the machine, not by its own code.
 */
export function wasStarved(cpuMs: number, limitMs: number): boolean {
  return cpuMs < limitMs * PROVEN_PART
}

/** Whether the process of a turn stood still: it was stopped, swapped out, or its machine was asleep. */
export function wasStopped(heldMs: number, cpuMs: number, limitMs: number): boolean {
  return heldMs > limitMs * STOPPED_BEYOND && cpuMs < limitMs * STOPPED_PART
}
