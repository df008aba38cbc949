/**
 * What one call may ask of the host. The host counts too and ends a lane that exceeds this; on the guest's side a
 * plugin gets an error that it can understand. Lengths in UTF-16 code units.
 */
export const callLimits = {
  hostCallsInFlight: 64,
  hostCalls: 200,
  messageLength: 256 * 1024,
  /** All messages of one call together: eight answers of the usual payload. */
  messagesLength: 8 * 1024 * 1024,
} as const
