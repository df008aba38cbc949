import type { Knex } from 'knex'
import type { PublicKeys } from '../sealing/host-signer.ts'
import { verifiedStatement } from '../sealing/host-signer.ts'
import {
  CHECKPOINT_TYPE,
  type Checkpoint,
  GENESIS,
  type Head,
  TOMBSTONE_TYPE,
  type Tombstone,
} from './chain.ts'
import {
  countUnsealed,
  findHash,
  findLastCheckpoint,
  findOutsideChain,
  findTombstone,
  readCheckpoints,
  readLinks,
} from './chain-store.ts'
import { type ChainFault, ChainVerifier } from './chain-verifier.ts'

export interface VerifiedPart {
  readonly chain: string
  readonly ok: boolean
  readonly fault?: ChainFault
  /** Links that were looked at, and the last of them. */
  readonly checked: number
  readonly head: Head
  /** Signatures of the host that agree with them. */
  readonly checkpoints: number
  /** Entries up to this number left by retention, under a signature. */
  readonly removedUpTo: number
  /** Sealed while the clock of PostgreSQL stood before that of the link before it. */
  readonly clockSetBackAt?: number
  /** The last number that is signed: what was cut off behind it would not be seen. */
  readonly signedUpTo: number
  readonly unsealed: { readonly waiting: number; readonly oldestAt: string | null }
  /** Where to go on: absent at the end of the chain. */
  readonly next?: Head
}

/** Signatures among this many links: one a minute. */
const MOST_CHECKPOINTS = 20_000

/**
 * Walks a part of a chain in the database.
 * @param after the link behind which it begins, as the part before told it; undefined: from the beginning
 */
export async function verifyChain(
  knex: Knex,
  keys: PublicKeys,
  { chain, after, limit }: { chain: string; after: Head | undefined; limit: number },
): Promise<VerifiedPart> {
  // One moment for all of it: what is sealed meanwhile is no cut tail.
  return knex.transaction(
    (trx) => verifyPart(trx, keys, { chain, after: after ?? GENESIS, limit }),
    {
      isolationLevel: 'repeatable read',
      readOnly: true,
    },
  )
}

async function verifyPart(
  knex: Knex,
  keys: PublicKeys,
  { chain, after, limit }: { chain: string; after: Head; limit: number },
): Promise<VerifiedPart> {
  const verifier = new ChainVerifier(chain, after)
  const removedUpTo = await tellTombstone(knex, keys, chain, verifier)
  const from = verifier.head.number
  const links = await readLinks(knex, { chain, after: from, limit })
  const isWhole = links.length < limit
  const upTo = isWhole ? Number.MAX_SAFE_INTEGER : from + links.length
  const range = { chain, after: from - 1, upTo, limit: MOST_CHECKPOINTS }
  for (const { number, jws } of await readCheckpoints(knex, range)) {
    verifier.checkpoint(number, await verifiedStatement<Checkpoint>(jws, CHECKPOINT_TYPE, keys))
  }
  for (const link of links) verifier.link(link)
  verifier.end(isWhole)
  const ids = links.map(({ entry }) => entry?.id)
  const fault = verifier.fault ?? (await outsideOf(knex, chain, ids, verifier))
  const clockSetBackAt = verifier.clockSetBackAt
  return {
    chain,
    ok: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
    checked: verifier.checked,
    head: verifier.head,
    checkpoints: verifier.confirmed,
    removedUpTo,
    ...(clockSetBackAt === undefined ? {} : { clockSetBackAt }),
    signedUpTo: (await findLastCheckpoint(knex, chain))?.number ?? 0,
    unsealed: await countUnsealed(knex, chain),
    ...(isWhole || fault !== undefined ? {} : { next: verifier.head }),
  }
}

/** @returns the number up to which entries left */
async function tellTombstone(
  knex: Knex,
  keys: PublicKeys,
  chain: string,
  verifier: ChainVerifier,
): Promise<number> {
  const tombstone = await findTombstone(knex, chain)
  if (tombstone === undefined) return 0
  const said = await verifiedStatement<Tombstone>(tombstone.jws, TOMBSTONE_TYPE, keys)
  verifier.tombstone(tombstone.number, said)
  return tombstone.number
}

/** An entry among them that has neither a number nor waits for one was put past the sequencer. */
async function outsideOf(
  knex: Knex,
  chain: string,
  entries: readonly (string | undefined)[],
  { head }: ChainVerifier,
): Promise<ChainFault | undefined> {
  const ids = entries.filter((id) => id !== undefined).map(BigInt)
  if (ids.length === 0) return undefined
  const first = ids.reduce((one, other) => (one < other ? one : other))
  const last = ids.reduce((one, other) => (one > other ? one : other))
  const isThere = await findOutsideChain(knex, chain, String(first), String(last))
  return isThere ? { kind: 'entry outside the chain', number: head.number } : undefined
}

/** @returns undefined where there is no such link */
export async function headAt(knex: Knex, chain: string, number: number): Promise<Head | undefined> {
  if (number === 0) return GENESIS
  const hash = await findHash(knex, chain, number)
  return hash === undefined ? undefined : { number, hash }
}
