import { type Context, Refusal } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import { actorOf, nowOf } from '../planning/clock.ts'
import { cursorOf, readCursor } from '../planning/cursor.ts'
import { toldTransaction } from '../planning/told-transaction.ts'
import type { Reason } from '../reasons/reason.ts'
import { lookAtStock } from './look-at-stock.ts'
import { eventKey } from './stock-look.ts'
import type { SuggestionState } from './suggestion-states.ts'
import { moveStatement } from './suggestions-store.ts'

interface SuggestionRow {
  readonly id: string
  readonly sku: string
  readonly location: string
  readonly state: SuggestionState
  readonly revision: number
  readonly quantity: number
  readonly unit: string
  readonly supplier: string | null
  readonly order_by: string
  readonly needed_on: string
  readonly expires_on: string
  readonly why: readonly Reason[]
  readonly made_at: string
  readonly changed_at: string
  readonly decided_by: string | null
  readonly reason: string | null
  readonly approved_quantity: number | null
  readonly order_no: string | null
}

const COLUMNS = `id, sku, location, state, revision, quantity, unit, supplier, order_by::text as order_by, needed_on::text as needed_on,
  expires_on::text as expires_on, why, made_at, changed_at, decided_by, reason, approved_quantity, order_no`

interface ListWish {
  readonly state?: SuggestionState
  readonly sku?: string
  readonly location?: string
  readonly limit?: number
  readonly cursor?: string
}

/** By urgency: what has to be ordered first stands first. */
export async function suggestions(
  { state, sku, location, limit = 20, cursor }: ListWish,
  ctx: Context,
) {
  const after = readCursor(cursor, ['instant', 'text'])
  const { rows } = await ctx.db.query<SuggestionRow>(
    `select ${COLUMNS} from suggestions where ($1::text is null or state = $1) and ($2::text is null or sku = $2)
        and ($3::text is null or location = $3) and ($4::date is null or (suggestions.order_by, id) > ($4::date, $5))
      order by suggestions.order_by, id limit $6`,
    [
      state ?? null,
      sku ?? null,
      location ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      limit + 1,
    ],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(shown),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.order_by, last.id]) }
      : {}),
  }
}

interface Decision {
  readonly id: string
  /** As it was read: a suggestion that somebody decided on meanwhile is not decided on twice. */
  readonly revision: number
  readonly decision: 'approve' | 'reject'
  /** Another quantity than was suggested. */
  readonly quantity?: number
  readonly reason?: string
}

export async function decideSuggestion(
  { id, revision, decision, quantity, reason }: Decision,
  ctx: Context,
) {
  const seen = await readSuggestion(ctx, id)
  refuseDecided(seen, revision)
  const approved = quantity ?? seen.quantity
  if (reason === undefined && (decision === 'reject' || approved !== seen.quantity)) {
    throw new Refusal(
      'REASON_MISSING',
      'Say why: a rejection, or another quantity, needs a reason.',
    )
  }
  const { instant } = nowOf(ctx)
  const by = actorOf(ctx)
  const told = { by, because: reason ?? 'As suggested', instant }
  const move = moveStatement(
    decision,
    seen,
    decision === 'approve' ? { ...told, quantity: approved } : told,
  )
  const event = {
    type: 'inventory.suggestion.approved',
    data: {
      ...{
        sku: seen.sku,
        location: seen.location,
        suggestion: id,
        quantity: approved,
        unit: seen.unit,
        by,
        at: instant,
      },
      ...{ orderBy: seen.order_by, neededBy: seen.needed_on },
      ...(seen.supplier === null ? {} : { supplier: seen.supplier }),
    },
    key: eventKey(seen),
    id: `approved-${id}`,
  }
  try {
    await toldTransaction(ctx, [{ ...move, rows: 1 }], decision === 'approve' ? [event] : [])
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_SQL_ROWS_UNEXPECTED') throw error
    refuseDecided(await readSuggestion(ctx, id), revision)
    throw error
  }
  await lookAfterwards(ctx, seen)
  return shown(await readSuggestion(ctx, id))
}

/** The decision stands, whatever becomes of the look: the next one sees it too. */
async function lookAfterwards(ctx: Context, key: SeriesKey): Promise<void> {
  try {
    await lookAtStock(ctx, key)
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code ?? 'unknown'
    ctx.log.warn('The stock was not looked at after a decision; the next run does', { code })
  }
}

async function readSuggestion({ db }: Pick<Context, 'db'>, id: string): Promise<SuggestionRow> {
  const { rows } = await db.query<SuggestionRow>(
    `select ${COLUMNS} from suggestions where id = $1`,
    [id],
  )
  const [row] = rows
  if (row === undefined) throw new Refusal('SUGGESTION_UNKNOWN', `There is no suggestion ${id}.`)
  return row
}

/** @throws SUGGESTION_DECIDED */
function refuseDecided({ id, state, revision, decided_by }: SuggestionRow, seen: number): void {
  if (state === 'open' && revision === seen) return
  const by = decided_by === null ? '' : ` by ${decided_by}`
  throw new Refusal(
    'SUGGESTION_DECIDED',
    `${id} is ${state}${by}: read suggestions again and decide on what is open.`,
  )
}

function shown(row: SuggestionRow) {
  const { id, sku, location, state, revision, quantity, unit, why } = row
  return {
    ...{ id, sku, location, state, revision, quantity, unit, why },
    ...{
      orderBy: row.order_by,
      neededBy: row.needed_on,
      expiresOn: row.expires_on,
      madeAt: row.made_at,
      changedAt: row.changed_at,
    },
    ...(row.supplier === null ? {} : { supplier: row.supplier }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.approved_quantity === null ? {} : { approvedQuantity: row.approved_quantity }),
    ...(row.order_no === null ? {} : { purchaseOrder: row.order_no }),
  }
}
