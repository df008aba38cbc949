import { type Frame, FrameReader, FrameWriter } from '../wire/frame.ts'
import { type LoadRequest, toLane } from '../wire/messages.ts'
import type { GuestLane } from './guest-lane.ts'
import { sampleHead, sampleOpening, samplePlugin } from './sample-plugin.ts'

const ISOLATE = 1
/** After so many calls V8 has compiled what a call runs through, and knows the shapes of it. */
const CALLS = 20

/**
 * A lane's first load and call take twice as long as the later ones: V8 compiles what they run through. A lane
 * that stands by for one that was lost is to be quick at once, so all of it happens once before it is ready.
 * What the lane answers is of no interest to the host: the caller clears it.
 */
export function rehearse(lane: GuestLane): void {
  const frames = new FrameWriter()
  const source = Buffer.from(samplePlugin)
  const request: LoadRequest = {
    ...sampleOpening,
    sourceBytes: source.length,
    heapMb: 64,
    turnMs: 1000,
    state: 'kept',
  }
  frames.announce(toLane.load, ISOLATE, 0, JSON.stringify(request), source.length)
  const load = Buffer.concat([frames.view(), source])
  frames.clear()
  for (let id = 1; id <= CALLS; id++) {
    frames.add(toLane.call, id, ISOLATE, 0, sampleHead('now'), '1')
  }
  frames.add(toLane.call, CALLS + 1, ISOLATE, 0, sampleHead('later'), '1')
  frames.add(toLane.reply, CALLS + 1, 1, 0, '', '1')
  const reader = new FrameReader(
    (frame: Frame) => lane.handle(frame, 0, 0),
    Number.MAX_SAFE_INTEGER,
  )
  reader.push(load)
  reader.push(frames.view())
  lane.finish()
  frames.clear()
  frames.add(toLane.drop, ISOLATE, 0, 0, '', '')
  reader.push(frames.view())
}
