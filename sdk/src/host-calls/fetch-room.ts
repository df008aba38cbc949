/** The least that a lane takes as the answer of a host call, in characters (sandbox: messageLength). */
const LEAST_ROOM = 256 * 1024

/** Of that, for everything but the body. */
const HEAD_ROOM = 16 * 1024

/** What the lane takes is text: three bytes are four characters of base64. */
export function answerRoom(limits: { readonly payloadKb: number }): number {
  const room = Math.max(LEAST_ROOM, limits.payloadKb * 1024) - HEAD_ROOM
  return Math.floor((room * 3) / 4)
}
