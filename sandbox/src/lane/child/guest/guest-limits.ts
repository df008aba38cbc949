/**
 * What one call may ask of the host and write to the log. The host counts too and ends a lane that exceeds
 * this; here a plugin gets an error that it can understand. Lengths in UTF-16 code units.
 */
export const guestLimits = {
  hostCallsInFlight: 64,
  hostCalls: 200,
  messageLength: 256 * 1024,
  logLength: 64 * 1024,
  /** Of a thrown error's message, name, code or stack. */
  errorLength: 2000,
} as const
