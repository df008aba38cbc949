import { callLimits } from '@signalbox/sdk/host-calls/call-limits'

/** What the guest's side holds a call to. */
export const guestLimits = {
  ...callLimits,
  /** Of a thrown error's message, name, code or stack, in UTF-16 code units. */
  errorLength: 2000,
} as const

/** Evaluating a bundle may take this long, in ms: building tables at load is honest work, and happens once. */
export const LOAD_TURN_MS = 1000
