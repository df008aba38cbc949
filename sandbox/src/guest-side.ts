/** The other side of the same wire, for a program that is no lane: `ctx` is the same code in both. */
export { Call } from './lane/child/guest/call.ts'
export { CallContext, type GuestShared } from './lane/child/guest/context.ts'
export { Digest } from './lane/child/guest/digest.ts'
export { capturePrimordials } from './lane/child/guest/primordials.ts'
export { thrownMessage, thrownText } from './lane/child/guest/thrown.ts'
export { startSelfWatch } from './lane/child/self-watch.ts'
export { FIRST_KIND_OF_BYTES, type Frame, FrameReader, FrameWriter } from './lane/wire/frame.ts'
export { fromLane, ONLY_TOLD, toLane } from './lane/wire/messages.ts'
