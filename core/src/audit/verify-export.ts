import type { JWK } from 'jose'
import { type PublicKeys, publicKeysOf, verifiedStatement } from '../sealing/host-signer.ts'
import type { ExportLine } from './audit-export.ts'
import {
  CHECKPOINT_TYPE,
  type Checkpoint,
  type Head,
  TOMBSTONE_TYPE,
  type Tombstone,
} from './chain.ts'
import { type ChainFault, ChainVerifier } from './chain-verifier.ts'

export interface VerifiedExport {
  readonly chain: string
  readonly ok: boolean
  readonly fault?: ChainFault
  /** It has no last line, or one is no JSON. */
  readonly isCut: boolean
  readonly checked: number
  readonly checkpoints: number
  readonly head: Head
  /** The public keys were believed because the export says so: compare them with the host's. */
  readonly trustedItself: boolean
  readonly keyIds: readonly string[]
}

interface Walk {
  readonly verifier: ChainVerifier
  readonly chain: string
  readonly keys: PublicKeys
}

/**
 * Verifies an export without a host. Of a part in the middle of a chain the link before it is believed.
 * @param trusted the host's public keys, kept from elsewhere; undefined: those in the export
 * @param witnesses lines of an earlier export: what was signed then must stand in this one
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  trusted: readonly JWK[] | undefined,
  witnesses: readonly ExportLine[] = [],
): Promise<VerifiedExport | undefined> {
  let walk: Walk | undefined
  let isEnded = false
  for await (const text of lines) {
    if (text.trim() === '') continue
    const line: ExportLine | undefined = isEnded ? undefined : lineOf(text)
    if (line === undefined || (walk === undefined) !== (line.type === 'export')) {
      isEnded = false
      break
    }
    if (line.type === 'export') walk = await begin(line, trusted, witnesses)
    else if (walk !== undefined) await feed(walk, line)
    isEnded = line.type === 'end'
  }
  if (walk === undefined) return undefined
  return summary(walk, { isCut: !isEnded, trustedItself: trusted === undefined })
}

async function begin(
  { chain, after, keys: own }: Extract<ExportLine, { type: 'export' }>,
  trusted: readonly JWK[] | undefined,
  witnesses: readonly ExportLine[],
): Promise<Walk> {
  const keys = publicKeysOf({ keys: trusted ?? own })
  const walk = { verifier: new ChainVerifier(chain, after), chain, keys }
  for (const witness of witnesses) await feed(walk, witness)
  return walk
}

async function feed({ verifier, chain, keys }: Walk, line: ExportLine): Promise<void> {
  if (line.type === 'entry') {
    const { number, sealedAt, hash, entry } = line
    verifier.link({ seal: { chain, number, sealedAt, hash }, entry })
  } else if (line.type === 'checkpoint') {
    const said = await verifiedStatement<Checkpoint>(line.jws, CHECKPOINT_TYPE, keys)
    verifier.checkpoint(line.number, said)
  } else if (line.type === 'tombstone') {
    const said = await verifiedStatement<Tombstone>(line.jws, TOMBSTONE_TYPE, keys)
    verifier.tombstone(line.number, said)
  } else if (line.type === 'end') verifier.end(line.whole, line.head.number)
}

function summary(
  { verifier, chain, keys }: Walk,
  { isCut, trustedItself }: Pick<VerifiedExport, 'isCut' | 'trustedItself'>,
): VerifiedExport {
  const { fault, checked, confirmed, head } = verifier
  return {
    chain,
    ok: fault === undefined && !isCut,
    ...(fault === undefined ? {} : { fault }),
    isCut,
    checked,
    checkpoints: confirmed,
    head,
    trustedItself,
    keyIds: [...keys.keys()],
  }
}

/** @returns undefined where it is none */
export function lineOf(text: string): ExportLine | undefined {
  try {
    const line = JSON.parse(text) as ExportLine | null
    return line !== null && typeof line === 'object' && typeof line.type === 'string'
      ? line
      : undefined
  } catch {
    return undefined
  }
}
