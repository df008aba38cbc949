interface Head {
  readonly number: number
  readonly hash: string
}

/** What `GET /v1/audit:verify` says of one part. */
export interface ChainPart {
  readonly chain: string
  readonly ok: boolean
  readonly fault?: { readonly kind: FaultKind; readonly number: number }
  readonly checked: number
  readonly checkpoints: number
  readonly removedUpTo: number
  readonly clockSetBackAt?: number
  readonly signedUpTo: number
  readonly unsealed: { readonly waiting: number; readonly oldestAt: string | null }
  readonly next?: Head
}

export const FAULT_KINDS = [
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
export type FaultKind = (typeof FAULT_KINDS)[number]

/** What a walk has found so far. */
export interface Walked {
  readonly isOver: boolean
  readonly fault: ChainPart['fault']
  readonly checked: number
  readonly checkpoints: number
  readonly removedUpTo: number
  readonly clockSetBackAt: number | undefined
  readonly signedUpTo: number
  readonly waiting: number
}

/** From where a part is asked for: each goes on at the hash that the one before ended with. */
export type PartQuery = { readonly after?: number; readonly hash?: string }

/**
 * Walks a whole chain, part by part, until it ends or something is wrong.
 * @param ask for one part
 * @param told what is known after each
 */
export async function walkChain(
  ask: (query: PartQuery) => Promise<ChainPart>,
  told: (walked: Walked) => void,
): Promise<Walked> {
  let walked: Walked | undefined
  let query: PartQuery = {}
  while (walked?.isOver !== true) {
    const part = await ask(query)
    walked = joined(walked, part)
    told(walked)
    if (part.next !== undefined) query = { after: part.next.number, hash: part.next.hash }
  }
  return walked
}

function joined(before: Walked | undefined, part: ChainPart): Walked {
  return {
    isOver: part.fault !== undefined || part.next === undefined,
    fault: part.fault,
    checked: (before?.checked ?? 0) + part.checked,
    checkpoints: (before?.checkpoints ?? 0) + part.checkpoints,
    removedUpTo: part.removedUpTo,
    clockSetBackAt: before?.clockSetBackAt ?? part.clockSetBackAt,
    signedUpTo: part.signedUpTo,
    waiting: part.unsealed.waiting,
  }
}
