import type ivm from 'isolated-vm'
import type { FailureReason } from '../wire/messages.ts'

/** Why an isolate cannot be used any more, or never could. */
export class GuestFailure extends Error {
  readonly reason: FailureReason
  /** Of an isolate that was being loaded: what it had computed by then. */
  loadCpuMs = 0

  constructor(reason: FailureReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/**
 * V8's limits count time that passes. A turn that computed for less than this part of its limit when it was
 * ended was kept from computing: by other processes, not by its own code.
 */
const STARVED_BELOW = 0.5

export function isStarved(reason: FailureReason, cpuMs: number, limitMs: number): boolean {
  return reason === 'turn-timeout' && cpuMs < limitMs * STARVED_BELOW
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
