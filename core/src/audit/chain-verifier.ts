import {
  type ChainedEntry,
  type Checkpoint,
  chainOf,
  GENESIS,
  type Head,
  linkHash,
  type Seal,
  type Tombstone,
} from './chain.ts'

/** What is wrong with a chain, as the first thing that was found. */
export const faultKinds = [
  'number missing',
  'out of order',
  'entry missing',
  'entry changed',
  'entry of another chain',
  'entry outside the chain',
  'tail missing',
  'checkpoint differs',
  'checkpoint not signed',
  'tombstone not signed',
] as const

export interface ChainFault {
  readonly kind: (typeof faultKinds)[number]
  /** Where in the chain. */
  readonly number: number
}

/** A seal, and the entry that it is of where there still is one. */
export interface Link {
  readonly seal: Seal
  readonly entry: ChainedEntry | undefined
}

/** Sealed by a clock that had been set back by more than this: not a fault, and worth a look. */
const CLOCK_SLACK_MS = 5000

/**
 * Walks a chain, link by link, from a head that is believed. Pure; whoever feeds it brings the links in the order of
 * their numbers, and the checkpoints with what their signature says.
 */
export class ChainVerifier {
  readonly #chain: string
  readonly #checkpoints = new Map<number, Checkpoint>()
  #head: Head
  #fault: ChainFault | undefined
  #checked = 0
  #confirmed = 0
  #setBack: number | undefined
  #sealedAt = 0

  /** @param after the link before the first that is fed */
  constructor(chain: string, after: Head = GENESIS) {
    this.#chain = chain
    this.#head = after
  }

  get fault(): ChainFault | undefined {
    return this.#fault
  }

  get head(): Head {
    return this.#head
  }

  get checked(): number {
    return this.#checked
  }

  /** Checkpoints that agreed with the chain. */
  get confirmed(): number {
    return this.#confirmed
  }

  /** The first number that was sealed at a time before that of the one before it. */
  get clockSetBackAt(): number | undefined {
    return this.#setBack
  }

  /** Before the links that it is of. @param said undefined: it is not signed by the host */
  checkpoint(number: number, said: Checkpoint | undefined): void {
    if (said === undefined || said.chain !== this.#chain || said.number !== number) {
      this.#fail('checkpoint not signed', number)
      return
    }
    this.#checkpoints.set(number, said)
    if (number === this.#head.number) this.#meet()
  }

  /** Instead of the links up to its number. Only at the beginning. */
  tombstone(number: number, said: Tombstone | undefined): void {
    if (said === undefined || said.chain !== this.#chain || said.number !== number) {
      this.#fail('tombstone not signed', number)
      return
    }
    if (number < this.#head.number || this.#checked > 0) return
    this.#head = { number, hash: said.hash }
  }

  link({ seal, entry }: Link): void {
    if (this.#fault !== undefined) return
    const wrong = this.#wrongWith({ seal, entry })
    if (wrong !== undefined) {
      this.#fail(wrong, Math.min(seal.number, this.#head.number + 1))
      return
    }
    this.#head = { number: seal.number, hash: seal.hash }
    this.#checked += 1
    this.#watchClock(seal)
    this.#meet()
  }

  /**
   * No more links follow.
   * @param isWhole false: the chain goes on behind what was fed
   * @param upTo the number that the last was said to have
   */
  end(isWhole: boolean, upTo = 0): void {
    if (upTo > this.#head.number) this.#fail('tail missing', this.#head.number + 1)
    if (!isWhole || this.#fault !== undefined) return
    const beyond = [...this.#checkpoints.keys()].filter((number) => number > this.#head.number)
    if (beyond.length > 0) this.#fail('tail missing', this.#head.number + 1)
  }

  #wrongWith({ seal, entry }: Link): ChainFault['kind'] | undefined {
    const wanted = this.#head.number + 1
    if (seal.number > wanted) return 'number missing'
    if (seal.number < wanted) return 'out of order'
    if (entry === undefined) return 'entry missing'
    const isOwn = seal.chain === this.#chain && chainOf(entry.tenant) === this.#chain
    if (!isOwn) return 'entry of another chain'
    return linkHash(seal, this.#head.hash, entry) === seal.hash ? undefined : 'entry changed'
  }

  #meet(): void {
    const said = this.#checkpoints.get(this.#head.number)
    if (said === undefined) return
    this.#checkpoints.delete(this.#head.number)
    if (said.hash !== this.#head.hash) this.#fail('checkpoint differs', said.number)
    else this.#confirmed += 1
  }

  #watchClock({ number, sealedAt }: Seal): void {
    const at = Date.parse(sealedAt)
    if (at < this.#sealedAt - CLOCK_SLACK_MS) this.#setBack ??= number
    this.#sealedAt = Math.max(this.#sealedAt, at)
  }

  /** The first that is found stays. */
  #fail(kind: ChainFault['kind'], number: number): void {
    this.#fault ??= { kind, number }
  }
}
