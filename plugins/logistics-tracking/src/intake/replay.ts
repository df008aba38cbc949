import type { Context } from '@signalbox/sdk'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { instantText } from '../calls/instant.ts'
import { pruneParts } from './body-parts.ts'
import { listMessageRows, pruneMessages, readMessages } from './message-store.ts'
import type { IntakeSettings } from './settings.ts'
import { readLater, takeBody } from './take-body.ts'

const AT_ONCE = 20
const ROOM_MS = 1500
const DAY_MS = 86_400_000
const KEEP_DAYS = 30
const UNCLAIMED_DAYS = 90
const DEFAULT_LIMIT = 50

export interface ReplayWish {
  readonly message?: string
  readonly pack?: string
  /** Of bodies that were not wholly read, and of those that wait since nobody checked their signature. */
  readonly states?: readonly string[]
}

/**
 * Reads kept bodies anew: who asks for it vouches for those whose signature nobody checked. A body in parts is more than a call can
 * read beside others: the job reads it, and only then is it known what of it is new.
 */
export async function replay(wish: ReplayWish, ctx: Context) {
  const { states = ['partly', 'refused', 'held'], ...filter } = wish
  const wanted = wish.message === undefined ? states : ['read', 'partly', 'refused', 'held']
  const rows = await readMessages(ctx, { ...filter, states: wanted }, AT_ONCE)
  const total = { messages: 0, taken: 0, duplicates: 0, failed: 0 }
  for (const { message, source, pack, received_at_ms, body, parts } of rows) {
    if (ctx.now() > ctx.deadline - ROOM_MS) break
    if (parts > 0) {
      await readLater(ctx, { message, from: 0 })
      total.messages += 1
      continue
    }
    const receivedAt = Number(received_at_ms)
    const { taken, duplicates, faults } = await takeBody(ctx, {
      ...{ message, source, pack, body, receivedAt },
    })
    total.messages += 1
    total.taken += taken
    total.duplicates += duplicates
    if (faults.length > 0) total.failed += 1
  }
  return { ...total, more: rows.length === AT_ONCE || total.messages < rows.length }
}

/** Bodies as they came, newest first; without what they say, which may be personal. */
export async function messages(
  input: { readonly state?: string; readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const { state = null, limit = DEFAULT_LIMIT } = input
  const rows = await listMessageRows(ctx, state, readCursor(input.cursor), limit + 1)
  return pageOf(
    rows,
    limit,
    (row) => ({ at: Number(row.received_at_ms), id: row.message }),
    ({ message, source, pack, received_at_ms, state: is, scans, faults }) => ({
      ...{ message, source, pack, receivedAt: instantText(Number(received_at_ms)), state: is },
      ...{ scans, faults },
    }),
  )
}

/** Forgets bodies after the days that the tenant has set. */
export async function forgetMessages(ctx: Context): Promise<void> {
  const { keepDays = KEEP_DAYS } = (ctx.config as IntakeSettings).intake ?? {}
  const before = ctx.now() - keepDays * DAY_MS
  while (!ctx.signal.aborted && (await pruneMessages(ctx, before)) > 0);
  while (!ctx.signal.aborted && (await pruneParts(ctx, before)) > 0);
  await forgetUnclaimed(ctx, ctx.now() - UNCLAIMED_DAYS * DAY_MS)
}

/** Scans of numbers that nobody ever registered are somebody else's, or made up. */
async function forgetUnclaimed({ db }: Pick<Context, 'db'>, before: number): Promise<void> {
  const old =
    'select parcel from parcels where shipment is null and first_seen_at_ms < $1 order by first_seen_at_ms limit 1000'
  await db.transaction([
    { sql: `delete from scans where parcel in (${old})`, parameters: [before] },
    { sql: `delete from parcels where parcel in (${old})`, parameters: [before] },
  ])
}
