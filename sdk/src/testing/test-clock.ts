/** The clock of a test host: it stands still until a test moves it. Milliseconds since the epoch. */
export class TestClock {
  #now: number

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** @throws RangeError for an instant that lies behind: no clock of a host runs backwards */
  set(instant: number): void {
    if (!(instant >= this.#now)) throw new RangeError('The clock of a host runs forwards only')
    this.#now = instant
  }
}
