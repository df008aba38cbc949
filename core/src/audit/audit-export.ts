import type { JWK } from 'jose'
import type { Knex } from 'knex'
import type { ChainedEntry, Head } from './chain.ts'
import { findTombstone, readCheckpoints, readLinks } from './chain-store.ts'
import type { Link } from './chain-verifier.ts'

/** A line of an export, which is NDJSON. The last is `end`: an export without one was cut off. */
export type ExportLine =
  | {
      readonly type: 'export'
      readonly v: 1
      readonly chain: string
      readonly after: Head
      readonly keys: readonly JWK[]
    }
  | { readonly type: 'tombstone' | 'checkpoint'; readonly number: number; readonly jws: string }
  | {
      readonly type: 'entry'
      readonly number: number
      readonly sealedAt: string
      readonly hash: string
      readonly entry: ChainedEntry
    }
  /** `whole`: it reaches the end of the chain as it was then. */
  | { readonly type: 'end'; readonly head: Head; readonly whole: boolean }

export interface ExportWish {
  readonly chain: string
  /** The link behind which it begins. */
  readonly after: Head
  /** Entries. */
  readonly limit: number
}

/** Links read at once. */
const BITE = 1000
/** Signatures that may follow the last link where its end was cut. */
const MOST_BEYOND = 1000

/** What somebody needs to verify a chain without this host: entries, signatures and the public keys. */
export async function* exportLines(
  knex: Knex,
  keys: readonly JWK[],
  { chain, after, limit }: ExportWish,
): AsyncGenerator<ExportLine> {
  yield { type: 'export', v: 1, chain, after, keys }
  const tombstone = await findTombstone(knex, chain)
  let head = after
  if (tombstone !== undefined && tombstone.number > after.number) {
    yield { type: 'tombstone', ...tombstone }
    head = { number: tombstone.number, hash: '' }
  }
  for (let left = limit; left > 0; ) {
    const wanted = Math.min(BITE, left)
    const links = await readLinks(knex, { chain, after: head.number, limit: wanted })
    yield* withCheckpoints(knex, chain, links)
    const last = links.at(-1)?.seal
    if (last !== undefined) head = { number: last.number, hash: last.hash }
    left -= links.length
    if (links.length === wanted) continue
    yield* beyond(knex, chain, head.number)
    yield { type: 'end', head, whole: true }
    return
  }
  yield { type: 'end', head, whole: false }
}

/** A link without its entry is left out: whoever verifies misses its number. */
async function* withCheckpoints(
  knex: Knex,
  chain: string,
  links: readonly Link[],
): AsyncGenerator<ExportLine> {
  const [first, last] = [links[0], links.at(-1)]
  if (first === undefined || last === undefined) return
  const range = { chain, after: first.seal.number - 1, upTo: last.seal.number, limit: BITE }
  const checkpoints = await readCheckpoints(knex, range)
  const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.number, checkpoint]))
  for (const { seal, entry } of links) {
    const { number, sealedAt, hash } = seal
    if (entry !== undefined) yield { type: 'entry', number, sealedAt, hash, entry }
    const checkpoint = signed.get(number)
    if (checkpoint !== undefined) yield { type: 'checkpoint', ...checkpoint }
  }
}

async function* beyond(knex: Knex, chain: string, after: number): AsyncGenerator<ExportLine> {
  const range = { chain, after, upTo: Number.MAX_SAFE_INTEGER, limit: MOST_BEYOND }
  for (const checkpoint of await readCheckpoints(knex, range)) {
    yield { type: 'checkpoint', ...checkpoint }
  }
}

/** As text, some lines a chunk: a chunk a line would cost more than the line. */
export async function* ndjsonOf(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`
    if (chunk.length < 64 * 1024) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
