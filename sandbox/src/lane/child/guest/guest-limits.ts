import { callLimits } from '@signalbox/sdk/host-calls/call-limits'

/**
 * What one call may ask of the host and write to the log. The host counts too and ends a lane that exceeds
 * this; here a plugin gets an error that it can understand. Lengths in UTF-16 code units.
 */
export const guestLimits = {
  ...callLimits,
  /** Half of the host calls at once: the other half stays for the work that timers watch over. */
  timers: 32,
  /** Of a blob: with its base64 and what stands around it, one message. */
  partBytes: 180 * 1024,
  logLength: 64 * 1024,
  /** Of a thrown error's message, name, code or stack. */
  errorLength: 2000,
} as const

/** Evaluating a bundle may take this long, in ms: building tables at load is honest work, and happens once. */
export const LOAD_TURN_MS = 1000
