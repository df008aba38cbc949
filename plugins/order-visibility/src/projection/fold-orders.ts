import type { Context, EventWish } from '@signalbox/sdk'
import { codeOf, isMeeting } from '../errors/host-errors.ts'
import type { Fact } from '../facts/fact.ts'
import { riskBounds, type Settings } from '../settings/settings.ts'
import { changedParts, nextRevision } from './changed-parts.ts'
import { foldOrder } from './fold-order.ts'
import { orderEvents } from './order-events.ts'
import { foldedRow, judged, openWants, stayRows } from './order-row.ts'
import type { OrderView } from './order-view.ts'
import {
  type FoldInput,
  foldedStatement,
  type Head,
  type KnownRow,
  type OrderWrite,
  ordersBehind,
  readForFold,
  readStockWords,
  writeOrders,
} from './projection-store.ts'

/** Orders that one transaction writes: their facts and rows fit the host's answers, and events its 64. */
export const ORDERS_AT_ONCE = 16
/** Somebody else folds the same orders: after so many meetings a handler leaves them to the job. */
const MOST_TRIES = 5
/** A call may ask the host 200 things; a round asks for five at most, and some more when it meets somebody. */
const MOST_ROUNDS = 25

/**
 * Folds orders from all that was told of them, and tells of what changed. Of two that fold one order at once one writes; the other
 * folds it again if it is still behind.
 */
export async function foldOrders(ctx: Context, orders: readonly string[]): Promise<void> {
  for (let from = 0; from < orders.length; from += ORDERS_AT_ONCE) {
    // In one order of rows, so that two who fold some of the same wait instead of locking each other out.
    await foldSome(ctx, orders.slice(from, from + ORDERS_AT_ONCE).sort())
  }
}

async function foldSome(ctx: Context, orders: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await foldOnce(ctx, orders)
    } catch (error) {
      if (codeOf(error) === 'CORE_SQL_RESULT_TOO_LARGE' && orders.length > 1) {
        for (const one of orders) await foldSome(ctx, [one])
        return
      }
      if (!isMeeting(error) || attempt >= MOST_TRIES) throw error
    }
  }
}

async function foldOnce(ctx: Context, orders: readonly string[]): Promise<void> {
  const input = await readForFold(ctx, orders)
  const behind = orders.filter((orderId) => {
    const { told, folded } = headOf(input, orderId)
    return told > folded
  })
  const folded = await foldAll(ctx, behind, input.facts)
  const outcomes = folded.map(({ orderId, view }) => outcomeOf(ctx, input, orderId, view))
  const changed = outcomes.filter(({ write }) => write !== undefined)
  const unchanged = outcomes.filter(({ write }) => write === undefined)
  if (unchanged.length > 0) {
    await ctx.db.transaction([
      foldedStatement(
        ctx.arm,
        unchanged.map(({ orderId, head }) => ({ row: { order_id: orderId }, head })),
      ),
    ])
  }
  if (changed.length === 0) return
  await writeTold(
    ctx,
    changed.flatMap(({ write }) => (write === undefined ? [] : [write])),
    input,
    changed.flatMap(({ events }) => events),
  )
}

/** A tenant that granted no events has its view all the same. */
async function writeTold(
  ctx: Context,
  writes: readonly OrderWrite[],
  { generations }: FoldInput,
  events: readonly EventWish[],
): Promise<void> {
  try {
    await writeOrders(ctx, writes, generations, events)
  } catch (error) {
    if (codeOf(error) !== 'CORE_GRANT_MISSING' || events.length === 0) throw error
    ctx.log.warn('Events are not granted: the view is kept, and nobody hears of it')
    await writeOrders(ctx, writes, generations, [])
  }
}

/** Views of orders from facts that were read; stocks that their lines want are asked for once. */
export async function foldAll(
  ctx: Pick<Context, 'db' | 'tenant'>,
  orders: readonly string[],
  facts: ReadonlyMap<string, readonly Fact[]>,
): Promise<readonly { readonly orderId: string; readonly view: OrderView | undefined }[]> {
  const first = orders.map((orderId) => ({
    orderId,
    view: foldOrder(orderId, facts.get(orderId) ?? []),
  }))
  const wanted = new Map(
    first.map(({ orderId, view }) => [orderId, view === undefined ? [] : openWants(view)]),
  )
  const skus = [...new Set([...wanted.values()].flat().map(({ sku }) => sku))].sort()
  const words = await readStockWords(ctx, skus)
  if (words.length === 0) return first
  return first.map(({ orderId, view }) => {
    const own = new Set(wanted.get(orderId)?.map(({ sku }) => sku))
    const about = words.filter(({ data }) => own.has(stockOf(data)))
    const isBare = about.length === 0
    return isBare
      ? { orderId, view }
      : { orderId, view: foldOrder(orderId, facts.get(orderId) ?? [], about) }
  })
}

function stockOf(data: Fact['data']): string {
  const { sku, item } = data as { readonly sku?: string; readonly item?: string }
  return sku ?? item ?? ''
}

function headOf({ heads }: FoldInput, orderId: string): Head {
  return heads.get(orderId) ?? { told: 0, folded: 0 }
}

interface Outcome {
  readonly orderId: string
  readonly head: Head
  readonly write?: OrderWrite
  readonly events: readonly EventWish[]
}

function outcomeOf(
  ctx: Context,
  input: FoldInput,
  orderId: string,
  view: OrderView | undefined,
): Outcome {
  const head = headOf(input, orderId)
  const known = input.known.get(orderId)
  if (view === undefined) return { orderId, head, events: [] }
  const now = ctx.now()
  const settings = ctx.config as Settings
  const row = foldedRow(view, (text) => ctx.hash('SHA-256', text))
  const { row: judgedRow, judgement } = judged(view, input.usual, settings, now)
  const isAtRisk = atRisk(known, judgedRow.on_time, row.is_open, settings)
  const parts = changedParts(known, row)
  const revision = nextRevision(known, parts)
  const write: OrderWrite = {
    row: { ...row, ...judgedRow, is_at_risk: isAtRisk, revision },
    ...{ stays: stayRows(view), wants: openWants(view), head },
    before: known?.is_known === true ? known.stage : undefined,
  }
  return { orderId, head, write, events: orderEvents({ known, parts, write, judgement }, now) }
}

/** Once at risk it stays so until its chance is clearly better. */
function atRisk(
  known: KnownRow | undefined,
  chance: number | null,
  isOpen: boolean,
  settings: Settings,
): boolean {
  if (chance === null || !isOpen) return false
  const { atRiskBelow, recoveredFrom } = riskBounds(settings)
  return chance < (known?.is_at_risk === true ? recoveredFrom : atRiskBelow)
}

/** Folds what is behind, the longest waiting first, until time is up. @returns whether something may be left */
export async function foldBehind(ctx: Context, untilMs: number): Promise<boolean> {
  const begun = ctx.now()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const orders = await ordersBehind(ctx, ORDERS_AT_ONCE)
    if (orders.length === 0) return false
    await foldOrders(ctx, orders)
    if (ctx.now() - begun > untilMs) break
  }
  return true
}
