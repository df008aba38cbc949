/** Priced calls that this node may answer. */
interface Lease {
  readonly id: string
  readonly openedAt: number
  left: number
  /** Calls that are under way. */
  out: number
  usedAt: number
}

/** What is reserved is at one price: another one begins a line of its own. */
export interface Priced {
  readonly subscription: string
  /** `0.05 CNY call` */
  readonly price: string
}

interface Line {
  readonly of: Priced
  current: Lease | undefined
  reserving: Promise<void> | undefined
  size: number
}

interface Ports {
  /** Makes it durable. @returns its id */
  readonly reserve: (of: Priced, calls: number) => Promise<string>
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number
}

/** What is lost with a node is at most this many calls a subscription, and twice as many where they come quickly. */
const FIRST = 20
const MOST = 2000

/** A lease that is used up sooner is followed by one of twice the size: about one statement a second. */
const QUICK_MS = 1000
const IDLE_MS = 30_000

/** A call that was let in. It is over when one of the two was told. */
export interface Taken {
  readonly lease: string
  /** It is to be paid: the ledger counts it. */
  readonly spend: () => void
  /** It is not. */
  readonly giveBack: () => void
}

/**
 * Lets priced calls in, out of durable reservations: what a killed node may have answered without counting it is what
 * was reserved and not counted. Without a reservation no priced call is answered.
 */
export class PriceLeases {
  readonly #ports: Ports
  readonly #lines = new Map<string, Line>()
  readonly #over = new Set<string>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Waits where nothing is left. @throws what the reservation threw */
  async take(of: Priced): Promise<Taken> {
    const line = this.#lineOf(of)
    for (;;) {
      const lease = line.current
      if (lease !== undefined && lease.left > 0) return this.#taken(line, lease)
      line.reserving ??= this.#reserve(line).finally(() => {
        line.reserving = undefined
      })
      await line.reserving
    }
  }

  /** Those that nobody will spend from any more, and of which nothing is under way. Asked before a batch is taken. */
  takeOver(): readonly string[] {
    const now = this.#ports.now()
    for (const [key, line] of this.#lines) {
      const lease = line.current
      if (line.reserving !== undefined) continue
      if (lease !== undefined) {
        if (lease.out > 0 || now - lease.usedAt < IDLE_MS) continue
        this.#close(lease)
      }
      this.#lines.delete(key)
    }
    const over = [...this.#over]
    this.#over.clear()
    return over
  }

  /** They could not be settled now. */
  giveBackOver(leases: readonly string[]): void {
    for (const lease of leases) this.#over.add(lease)
  }

  #lineOf(of: Priced): Line {
    const key = `${of.subscription} ${of.price}`
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const line: Line = { of, current: undefined, reserving: undefined, size: FIRST }
    this.#lines.set(key, line)
    return line
  }

  #taken(line: Line, lease: Lease): Taken {
    lease.left -= 1
    lease.out += 1
    lease.usedAt = this.#ports.now()
    let isOver = false
    const end = (back: number) => {
      if (isOver) return
      isOver = true
      lease.out -= 1
      lease.left += back
      if (lease.out === 0 && lease !== line.current) this.#close(lease)
    }
    return { lease: lease.id, spend: () => end(0), giveBack: () => end(1) }
  }

  async #reserve(line: Line): Promise<void> {
    const before = line.current
    const openedAt = this.#ports.now()
    if (before !== undefined) {
      const isQuick = openedAt - before.openedAt < QUICK_MS
      line.size = isQuick ? Math.min(MOST, line.size * 2) : line.size
    }
    const { size } = line
    const id = await this.#ports.reserve(line.of, size)
    const lease = { id, openedAt, left: size, out: 0, usedAt: openedAt }
    line.current = lease
    // What is given back to it later is not taken again.
    if (before?.out === 0) this.#close(before)
  }

  #close({ id }: Lease): void {
    this.#over.add(id)
  }
}
