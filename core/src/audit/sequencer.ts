import type { Knex } from 'knex'
import type { HostSigner } from '../sealing/host-signer.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { Wakes } from '../storage/wakes.ts'
import {
  CHECKPOINT_TYPE,
  type ChainedEntry,
  type Checkpoint,
  chainOf,
  GENESIS,
  type Head,
  linkHash,
  type Seal,
} from './chain.ts'
import {
  insertCheckpoint,
  insertSeals,
  readHeads,
  readUnsealed,
  readUnsigned,
  takeSequencerTurn,
} from './chain-store.ts'

/** An entry is sealed within a second: this, or the half of one in which entries are asked for, and the time of a batch. */
const SEAL_MS = 400

/** What was cut off the end of a chain since the last checkpoint is not seen: at most a minute's worth. */
const SIGN_MS = 60_000

/** Entries of one transaction: some 50 ms. */
const BATCH = 1000

/** Chains signed in one round: 30 µs each, and a row. */
const MOST_SIGNED = 5000

interface Ports {
  readonly knex: Knex
  readonly signer: Pick<HostSigner, 'sign'>
  readonly now: () => number
  /** Tells that entries wait; without it they are looked for. */
  readonly wakes?: Wakes
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

/**
 * Gives every committed entry its number and hash. The order of a chain is the order in which its entries were seen, not
 * that of their ids: one that commits late gets a later number. One node at a time, by a lock that ends with its
 * transaction; whatever dies in between leaves nothing, and the next goes on from the last seal.
 */
export class Sequencer {
  readonly #ports: Ports
  readonly #sealing: RepeatedRun
  readonly #signing = new RepeatedRun(() => this.#sign(), SIGN_MS)
  #isAway = false
  #isUnsigned = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#sealing = new RepeatedRun(() => this.#seal(), ports.wakes ?? SEAL_MS)
  }

  start(): void {
    this.#sealing.start()
    this.#signing.start()
  }

  /** What is there when the host stops is sealed and signed. */
  async stop(): Promise<void> {
    await this.#sealing.stop()
    await this.#signing.stop()
    await this.#seal()
    await this.#sign()
  }

  /** Never rejects. */
  seal(): Promise<void> {
    return this.#sealing.run()
  }

  /** Never rejects. */
  sign(): Promise<void> {
    return this.#signing.run()
  }

  async #seal(): Promise<void> {
    try {
      while ((await sealBatch(this.#ports.knex, BATCH)) === BATCH);
      this.#isAway = false
    } catch (err) {
      if (!this.#isAway) this.#ports.log.warn({ err }, 'the audit waits to be sealed')
      this.#isAway = true
    }
  }

  async #sign(): Promise<void> {
    const { knex, signer, now, log } = this.#ports
    try {
      for (const head of await readUnsigned(knex, MOST_SIGNED)) {
        const { chain, number, hash } = head
        const said: Checkpoint = { chain, number, hash, at: new Date(now()).toISOString() }
        await insertCheckpoint(knex, {
          chain,
          number,
          jws: await signer.sign(CHECKPOINT_TYPE, said),
        })
        // A log that is kept elsewhere is a witness that the database cannot change.
        log.info({ chain, number, hash }, 'audit checkpoint')
      }
      this.#isUnsigned = false
    } catch (err) {
      if (!this.#isUnsigned) log.warn({ err }, 'the audit is not signed')
      this.#isUnsigned = true
    }
  }
}

/** @returns how many entries were sealed; 0 while another node does it */
export async function sealBatch(knex: Knex, limit: number): Promise<number> {
  const { rows } = await knex.raw('select exists (select from audit_unsealed) as waits')
  if (!rows[0].waits) return 0
  return knex.transaction(async (trx) => {
    if (!(await takeSequencerTurn(trx))) return 0
    const { now, entries } = await readUnsealed(trx, limit)
    if (entries.length === 0) return 0
    const chains = [...new Set(entries.map(({ tenant }) => chainOf(tenant)))]
    await insertSeals(trx, sealed(entries, await readHeads(trx, chains), now))
    return entries.length
  })
}

/** The next links of each chain, in the order of the entries. */
export function sealed(
  entries: readonly ChainedEntry[],
  heads: ReadonlyMap<string, Head>,
  sealedAt: string,
): readonly (Seal & { readonly entry: string })[] {
  const ends = new Map(heads)
  return entries.map((entry) => {
    const chain = chainOf(entry.tenant)
    const before = ends.get(chain) ?? GENESIS
    const number = before.number + 1
    const hash = linkHash({ chain, number, sealedAt }, before.hash, entry)
    ends.set(chain, { number, hash })
    return { chain, number, sealedAt, hash, entry: entry.id }
  })
}
