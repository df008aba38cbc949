/** Work that is done once at a time: whoever asks for it while it is done gets it once more, after it. */
export class OneAtATime {
  readonly #work: () => Promise<void>
  #current: Promise<void> | undefined
  #isAskedAgain = false
  #isStopped = false

  /** @param work never rejects */
  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  ask(): void {
    if (this.#isStopped) return
    if (this.#current !== undefined) {
      this.#isAskedAgain = true
      return
    }
    this.#current = this.#work().finally(() => {
      this.#current = undefined
      if (!this.#isAskedAgain) return
      this.#isAskedAgain = false
      this.ask()
    })
  }

  /** None begins any more. Resolves when what is under way is over. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#current
  }
}
