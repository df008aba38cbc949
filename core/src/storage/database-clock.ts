/** What PostgreSQL's clock said, and how far it may be off by the time the answer took. */
export interface ClockReading {
  /** Milliseconds since the epoch, as the database counts them. */
  readonly databaseMs: number
  /** Of this process's monotonic clock, at that moment. */
  readonly monotonicMs: number
  readonly errorMs: number
}

/** Quartzes differ by less than 200 millionths; a virtual machine may be worse for a while. */
const DRIFT = 0.001

/** @param askedAt before the question was sent, by the monotonic clock; the answer holds somewhere up to `answeredAt` */
export function clockReading(
  databaseMs: number,
  askedAt: number,
  answeredAt: number,
): ClockReading {
  const errorMs = (answeredAt - askedAt) / 2
  return { databaseMs, monotonicMs: askedAt + errorMs, errorMs }
}

/**
 * The reading to go on by: the sharper one, so that one slow answer moves nothing. One that contradicts what is
 * known is taken whatever it is: the server's clock was set, or another server took over.
 */
export function sharperReading(before: ClockReading | undefined, next: ClockReading): ClockReading {
  if (before === undefined) return next
  const elapsed = next.monotonicMs - before.monotonicMs
  const grown = before.errorMs + elapsed * DRIFT
  const isContradicted =
    Math.abs(before.databaseMs + elapsed - next.databaseMs) > grown + next.errorMs
  return isContradicted || next.errorMs <= grown ? next : before
}

/**
 * PostgreSQL's time without asking for it each time. Several nodes compare instants that others wrote, such as the
 * beginning of a step: by it they agree whatever their own clocks say, and a jump of one of those changes nothing.
 */
export class DatabaseClock {
  readonly #monotonic: () => number
  #reading: ClockReading | undefined

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  heard(databaseMs: number, askedAt: number): void {
    const reading = clockReading(databaseMs, askedAt, this.#monotonic())
    this.#reading = sharperReading(this.#reading, reading)
  }

  /** @throws before the first reading: a guess would be compared with what others wrote */
  now(): number {
    if (this.#reading === undefined) throw new Error("the database's clock was never read")
    const { databaseMs, monotonicMs } = this.#reading
    return Math.round(databaseMs + this.#monotonic() - monotonicMs)
  }
}
