import type { Frame } from '../wire/frame.ts'

/** As many answers are sent together: see lane-main.ts. */
const MAX_CALLS = 16

/** Calls of one isolate and one instant that wait to enter it together. */
export class CallBatch {
  /** Numbers of the first frame and the last. */
  first = 0
  last = 0
  #frames: Frame[] = []

  /** Whether the call may enter with those that wait: they have one clock, and one realm. */
  fits({ number, at }: Frame): boolean {
    const [first] = this.#frames
    if (first === undefined) return true
    return first.number === number && first.at === at && this.#frames.length < MAX_CALLS
  }

  add(frame: Frame, frameNumber: number): void {
    if (this.#frames.length === 0) this.first = frameNumber
    this.last = frameNumber
    this.#frames.push(frame)
  }

  take(): readonly Frame[] {
    const frames = this.#frames
    if (frames.length > 0) this.#frames = []
    return frames
  }
}
