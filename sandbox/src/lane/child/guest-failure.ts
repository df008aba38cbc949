import type ivm from 'isolated-vm'
import { wasStopped } from '../starved.ts'
import type { FailureReason } from '../wire/messages.ts'

/** Why an isolate cannot be used any more, or never could. */
export class GuestFailure extends Error {
  readonly reason: FailureReason
  /** Of an isolate that was being loaded: how long it took, and what it had computed by then. */
  loadMs = 0
  loadCpuMs = 0

  constructor(reason: FailureReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** Whether a turn is over its limit for want of time to compute: see wasStopped. */
export function isInnocent(
  reason: FailureReason,
  heldMs: number,
  cpuMs: number,
  limitMs: number,
): boolean {
  return reason === 'turn-timeout' && wasStopped(heldMs, cpuMs, limitMs)
}

/** Timers of the system count whole milliseconds, and may be one early. @param entered by performance.now() */
export function hasLasted(entered: number, limitMs: number): boolean {
  return performance.now() - entered >= limitMs - 1
}

/** isolated-vm adds to some messages where it stood itself. */
const PLACE = / \[<isolated-vm>:\d+:\d+\]$/

/**
 * What an entry into an isolate ended with. isolated-vm tells a turn that is over its limit by text only, and a
 * guest may throw the same text: it is believed when the time has passed.
 * @param isOverTime the entry lasted as long as it might.
 */
export function failureOf(error: unknown, isolate: ivm.Isolate, isOverTime: boolean): GuestFailure {
  if (error instanceof GuestFailure) return error
  if (isolate.isDisposed) return new GuestFailure('memory', '')
  const message = error instanceof Error ? String(error.message) : String(error)
  if (isOverTime && message === 'Script execution timed out.') {
    return new GuestFailure('turn-timeout', '')
  }
  // isolated-vm's own sentence would tell an author of things that a plugin never meets.
  if (message.includes('isolated-vm,')) return new GuestFailure('threw', 'a value that is no Error')
  return new GuestFailure('threw', message.replace(PLACE, ''))
}
