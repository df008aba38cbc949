import type ivm from 'isolated-vm'
import type { FailureReason } from '../wire/messages.ts'

/** Why an isolate cannot be used any more, or never could. */
export class GuestFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** isolated-vm tells its own errors apart by text only; both texts are fixed in its source. */
export function failureOf(error: unknown, isolate: ivm.Isolate): GuestFailure {
  if (error instanceof GuestFailure) return error
  const message = error instanceof Error ? String(error.message) : String(error)
  if (message === 'Script execution timed out.') return new GuestFailure('turn-timeout', '')
  if (isolate.isDisposed || message.startsWith('Isolate was disposed during execution')) {
    return new GuestFailure('memory', '')
  }
  return new GuestFailure('threw', message)
}
