/** A frame a lane has not worked off yet, with what it may cost. */
export interface SentFrame<Work> {
  readonly number: number
  /** Undefined for what belongs to nobody: a drop, a ping. */
  readonly work: Work | undefined
  /** What the turn is expected to take, from what the isolate took before. */
  readonly costMs: number
  /** What it may take at most before the lane is killed. */
  readonly limitMs: number
}

/**
 * The frames on their way through a lane, oldest first. Since a lane works frames off strictly in order and
 * reports how far it is, this queue is what tells who was running when a lane ended, and who never started.
 */
export class SentFrames<Work> {
  #frames: SentFrame<Work>[] = []
  #first = 0
  #backlogMs = 0

  get size(): number {
    return this.#frames.length - this.#first
  }

  /** Computing time that lies before whoever comes next. */
  get backlogMs(): number {
    return this.size === 0 ? 0 : this.#backlogMs
  }

  get oldest(): SentFrame<Work> | undefined {
    return this.#frames[this.#first]
  }

  add(frame: SentFrame<Work>): void {
    this.#frames.push(frame)
    this.#backlogMs += frame.costMs
  }

  /** Frames up to and with `number` are worked off. */
  done(number: number): void {
    let frame = this.oldest
    while (frame !== undefined && frame.number <= number) {
      this.#backlogMs -= frame.costMs
      this.#first++
      frame = this.oldest
    }
    if (this.size === 0) {
      this.#frames = []
      this.#first = 0
      this.#backlogMs = 0
    } else if (this.#first > 1024) {
      this.#frames = this.#frames.slice(this.#first)
      this.#first = 0
    }
  }

  find(number: number): SentFrame<Work> | undefined {
    const oldest = this.oldest
    return oldest === undefined ? undefined : this.#frames[this.#first + number - oldest.number]
  }

  /** Whether any work that is not done is such: asked for each call, therefore without a copy. */
  some(isMeant: (work: Work) => boolean): boolean {
    for (let index = this.#first; index < this.#frames.length; index++) {
      const work = this.#frames[index]?.work
      if (work !== undefined && isMeant(work)) return true
    }
    return false
  }

  /** Everything of somebody that is not worked off, in order. */
  work(): Work[] {
    return this.#frames.slice(this.#first).flatMap(({ work }) => (work === undefined ? [] : [work]))
  }
}
