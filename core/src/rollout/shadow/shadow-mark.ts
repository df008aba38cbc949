/**
 * Marks a call that nobody waits for: a copy of one that was answered, run to compare the answers. Whatever it
 * asks of the host in turn carries the mark on, through every service it calls.
 */
export interface ShadowMark {
  /** Told of a host call that was refused because it would have changed something. */
  readonly onRefused: (hostCall: string) => void
}
