/**
 * What one call may ask of the host and write to the log. The host counts too and ends a lane that exceeds this; on the guest's side a
 * plugin gets an error that it can understand. Lengths in UTF-16 code units.
 */
export const callLimits = {
  hostCallsInFlight: 64,
  hostCalls: 200,
  messageLength: 256 * 1024,
  /** All messages of one call together: eight answers of the usual payload. */
  messagesLength: 8 * 1024 * 1024,
  /** Half of the host calls at once: the other half stays for the work that timers watch over. */
  timers: 32,
  /** Of a blob: with its base64 and what stands around it, one message. */
  partBytes: 180 * 1024,
  logLength: 64 * 1024,
} as const
