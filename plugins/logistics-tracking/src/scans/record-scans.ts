import type { Context, Statement } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { MOST_EVENTS, toldTransaction } from '../calls/told-transaction.ts'
import { normalNumber } from '../carriers/detect-carrier.ts'
import { packsOf } from '../carriers/packs-of.ts'
import { readKnown } from '../parcels/parcel-store.ts'
import { withPlaces } from '../places/name-scans.ts'
import { lookSoon } from '../watching/look-soon.ts'
import type { IncomingScan } from './incoming-scan.ts'
import { planScans, type RecordedScans } from './plan-scans.ts'
import { type Group, groupsOfTransactions } from './scan-groups.ts'

export interface Origin {
  readonly message?: string
  /** Written with the scans, such as the body that they came in. */
  readonly statements?: readonly Statement[]
}

/**
 * Takes in scans of any source. Each parcel that has a new one is folded again from all its scans, and what changed by it is written
 * and told in one transaction; whoever wrote in between makes it begin anew, so that tables always equal the fold of all scans.
 */
export async function recordScans(
  ctx: Context,
  scans: readonly IncomingScan[],
  { message, statements = [] }: Origin = {},
): Promise<RecordedScans> {
  const byParcel = new Map<string, IncomingScan[]>()
  for (const scan of scans) {
    const number = normalNumber(scan.number)
    const list = byParcel.get(number)
    if (list === undefined) byParcel.set(number, [scan])
    else list.push(scan)
  }
  const groups = [...byParcel].sort(([one], [other]) => (one < other ? -1 : 1))
  if (groups.length === 0) {
    if (statements.length > 0) await ctx.db.transaction(statements)
    return { taken: 0, duplicates: 0, quarantined: 0, unmapped: 0, beyond: 0 }
  }
  let total: RecordedScans = { taken: 0, duplicates: 0, quarantined: 0, unmapped: 0, beyond: 0 }
  const chunks = groupsOfTransactions(groups)
  for (const [i, chunk] of chunks.entries()) {
    const isLast = i === chunks.length - 1
    // The body is marked as read with the last of its scans: a run that was cut short reads it anew.
    total = sum(total, await recordChunk(ctx, chunk, isLast ? statements : [], message))
  }
  if (total.taken > 0) await lookSoon(ctx)
  return total
}

async function recordChunk(
  ctx: Context,
  groups: readonly Group[],
  more: readonly Statement[],
  message: string | undefined,
): Promise<RecordedScans> {
  const scans = await withPlaces(
    ctx,
    groups.flatMap(([, list]) => list),
  )
  const packNames = [...new Set(scans.map(({ pack }) => pack))]
  const packs = await packsOf(ctx, packNames)
  const numbers = groups.map(([number]) => number)
  const done = await again(async () => {
    const known = await readKnown(ctx, numbers, packNames).catch(tooLarge(groups.length))
    if (known === undefined) return undefined
    const { tenant } = ctx
    const now = ctx.now()
    const hash = (text: string) => ctx.hash('SHA-256', text)
    const given = { tenant, now, hash, packs, ...(message === undefined ? {} : { message }) }
    const { statements, events, outcome } = planScans(known, scans, given)
    if (events.length > MOST_EVENTS && groups.length > 1) return undefined
    const all = [...statements, ...more]
    if (all.length > 0) {
      const written = await toldTransaction(ctx, all, events).catch(tooLarge(groups.length))
      if (written === undefined) return undefined
    }
    if (outcome.beyond > 0) ctx.log.warn('a parcel has too many scans', { numbers, ...outcome })
    return outcome
  })
  if (done !== undefined) return done
  const half = Math.ceil(groups.length / 2)
  const first = await recordChunk(ctx, groups.slice(0, half), [], message)
  return sum(first, await recordChunk(ctx, groups.slice(half), more, message))
}

/** A message to the database has an end, and its answer: fewer parcels are read and written then. */
function tooLarge(parcels: number): (error: unknown) => undefined {
  return (error) => {
    const { code } = error as { readonly code?: unknown }
    const isTooLarge = code === 'CORE_SQL_RESULT_TOO_LARGE' || code === 'SBX_HOST_MESSAGE_TOO_LARGE'
    if (!isTooLarge || parcels === 1) throw error
    return undefined
  }
}

function sum(one: RecordedScans, other: RecordedScans): RecordedScans {
  return {
    taken: one.taken + other.taken,
    duplicates: one.duplicates + other.duplicates,
    quarantined: one.quarantined + other.quarantined,
    unmapped: one.unmapped + other.unmapped,
    beyond: one.beyond + other.beyond,
  }
}
