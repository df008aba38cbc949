import { createHash } from 'node:crypto'
import { canonicalJson } from '../sealing/canonical-json.ts'

/** Entries of no tenant are the host's own. No tenant's id has a colon. */
const HOST_CHAIN = ':host'

export const chainOf = (tenant: string | null | undefined): string => tenant ?? HOST_CHAIN

/** An entry as it is hashed: times in UTC to the microsecond, as PostgreSQL keeps them. */
export interface ChainedEntry {
  readonly id: string
  readonly at: string
  readonly tenant: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly outcome: string
  readonly traceId: string | null
  readonly generation: number | null
  readonly detail: unknown
}

/** The place of an entry in its chain. */
export interface Seal {
  readonly chain: string
  /** 1, 2, 3 …, without a gap. */
  readonly number: number
  readonly sealedAt: string
  /** SHA-256 of all of this and of the hash before it, in hex. */
  readonly hash: string
}

/** The last link of a chain, or of its part. */
export interface Head {
  readonly number: number
  readonly hash: string
}

/** Before the first entry. */
export const GENESIS: Head = { number: 0, hash: '' }

/**
 * SHA-256 over the canonical JSON (RFC 8785) of a link: chain, number, the hash before it, when it was sealed, and the
 * entry itself. So a link that is moved, to another number or tenant, has another hash.
 */
export function linkHash(
  { chain, number, sealedAt }: Omit<Seal, 'hash'>,
  previous: string,
  entry: ChainedEntry,
): string {
  const link = { v: 1, chain, number, previous, sealedAt, entry }
  return createHash('sha256').update(canonicalJson(link)).digest('hex')
}

/** What the host signs of a chain now and then: what was there may not be another later. */
export interface Checkpoint {
  readonly chain: string
  readonly number: number
  readonly hash: string
  readonly at: string
}

/** What the host signs where old entries left: the rest goes on from here. */
export interface Tombstone extends Checkpoint {
  /** Entries sealed before this time left. */
  readonly before: string
}

export const CHECKPOINT_TYPE = 'signalbox-audit-checkpoint+jws'
export const TOMBSTONE_TYPE = 'signalbox-audit-tombstone+jws'
