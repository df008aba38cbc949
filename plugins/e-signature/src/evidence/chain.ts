import type { Context } from '@signalbox/sdk'
import { canonicalJson } from './canonical-json.ts'

/** What happened, before it stands in the chain. */
export interface Note {
  readonly what: string
  readonly who: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Entry extends Note {
  readonly envelope: string
  readonly seq: number
  readonly at: string
  /** Of the entry before; of the first one zeros. */
  readonly previous: string
  readonly hash: string
}

/** Where a chain ends: the number of the next entry, and the hash of the last. */
export interface Head {
  readonly seq: number
  readonly hash: string
}

export const EMPTY: Head = { seq: 0, hash: '0'.repeat(64) }

type Hash = Context['hash']

/**
 * SHA-256 over the canonical JSON (RFC 8785) of everything but the hash itself, the hash of the entry before included: who
 * changes, adds or takes out an entry has to change all that come after, and so the head, which the certificate of completion
 * states and its signature seals. The construction is that of linked time-stamping (S. Haber, W. S. Stornetta, 1991).
 */
function hashOf(entry: Omit<Entry, 'hash'>, hash: Hash): string {
  const { envelope, seq, at, what, who, data, previous } = entry
  return hash('SHA-256', canonicalJson({ at, data, envelope, previous, seq, what, who }))
}

/** Notes as the next entries of a chain, and its new head. */
export function linked(
  head: Head,
  notes: readonly Note[],
  { envelope, at, hash }: { readonly envelope: string; readonly at: string; readonly hash: Hash },
): { readonly entries: readonly Entry[]; readonly head: Head } {
  const entries: Entry[] = []
  let { seq, hash: previous } = head
  for (const { what, who, data } of notes) {
    // As it comes back from the table: what JSON drops must not be in the hash.
    const kept = JSON.parse(JSON.stringify(data)) as Entry['data']
    const entry = { envelope, seq, at, what, who, data: kept, previous }
    previous = hashOf(entry, hash)
    entries.push({ ...entry, hash: previous })
    seq += 1
  }
  return { entries, head: { seq, hash: previous } }
}

export interface ChainFault {
  readonly seq: number
  readonly fault: 'gap' | 'broken-link' | 'changed' | 'cut-off'
}

/** Goes on with a chain; the first fault ends it. @param head where the entries before led */
export function checkEntries(
  head: Head,
  entries: readonly Entry[],
  hash: Hash,
): { readonly head: Head; readonly fault?: ChainFault } {
  let at = head
  for (const entry of entries) {
    const { seq } = entry
    if (seq !== at.seq) return { head: at, fault: { seq: at.seq, fault: 'gap' } }
    if (entry.previous !== at.hash) return { head: at, fault: { seq, fault: 'broken-link' } }
    if (hashOf(entry, hash) !== entry.hash) return { head: at, fault: { seq, fault: 'changed' } }
    at = { seq: seq + 1, hash: entry.hash }
  }
  return { head: at }
}
