import type { Context, EventWish } from '@signalbox/sdk'
import type { Fact } from '../facts/fact.ts'
import { riskBounds, type Settings } from '../settings/settings.ts'
import { instantText } from '../time/instant.ts'
import { foldOrder } from './fold-order.ts'
import {
  type FoldedRow,
  foldedRow,
  judged,
  openWants,
  stayRows,
  type ViewPart,
} from './order-row.ts'
import type { OrderView } from './order-view.ts'
import {
  type FoldInput,
  foldedStatement,
  type KnownRow,
  type OrderWrite,
  ordersBehind,
  readForFold,
  readStockWords,
  writeOrders,
} from './projection-store.ts'

/** Orders that one transaction writes: their facts and rows fit the host's answers, and events its 64. */
export const ORDERS_AT_ONCE = 16
/** Somebody else folds the same orders: after so many meetings the job does it. */
const MOST_TRIES = 5

/**
 * Folds orders from all that was told of them, and tells of what changed. Whoever was told of while this was under way is folded
 * again; of two that fold one order at once, one writes.
 */
export async function foldOrders(ctx: Context, orders: readonly string[]): Promise<void> {
  for (let from = 0; from < orders.length; from += ORDERS_AT_ONCE) {
    await foldSome(ctx, orders.slice(from, from + ORDERS_AT_ONCE))
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
      if (!isMeeting(codeOf(error)) || attempt >= MOST_TRIES) throw error
    }
  }
}

function isMeeting(code: string | undefined): boolean {
  return code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT'
}

async function foldOnce(ctx: Context, orders: readonly string[]): Promise<void> {
  const input = await readForFold(ctx, orders)
  const folded = await foldAll(ctx, orders, input.facts)
  const outcomes = folded.map(({ orderId, view }) => outcomeOf(ctx, input, orderId, view))
  const changed = outcomes.filter(({ write }) => write !== undefined)
  const unchanged = outcomes.filter(({ write }) => write === undefined)
  if (unchanged.length > 0) {
    await ctx.db.transaction([
      foldedStatement(
        ctx.arm,
        unchanged.map(({ orderId, told }) => ({ row: { order_id: orderId }, told })),
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

interface Outcome {
  readonly orderId: string
  readonly told: number
  readonly write?: OrderWrite
  readonly events: readonly EventWish[]
}

function outcomeOf(
  ctx: Context,
  { told, known: rows, usual }: FoldInput,
  orderId: string,
  view: OrderView | undefined,
): Outcome {
  const heard = told.get(orderId) ?? 0
  const known = rows.get(orderId)
  if (view === undefined) return { orderId, told: heard, events: [] }
  const now = ctx.now()
  const settings = ctx.config as Settings
  const row = foldedRow(view, (text) => ctx.hash('SHA-256', text))
  const { row: judgedRow, judgement, headline } = judged(view, usual, settings, now)
  const isAtRisk = atRisk(known, judgedRow.on_time, row.is_open, settings)
  const revision = (known?.revision ?? 0) + 1
  const write: OrderWrite = {
    row: { ...row, ...judgedRow, is_at_risk: isAtRisk, revision },
    ...{ stays: stayRows(view), wants: openWants(view), told: heard },
    before: known?.is_known === true ? known.stage : undefined,
  }
  const parts = changedParts(known, row)
  const events = [
    ...stageEvents(known, row),
    ...promiseEvents(known, isAtRisk, row, judgement, headline, now),
    ...(parts.length === 0 ? [] : [viewEvent(parts, write, now)]),
  ]
  return { orderId, told: heard, write, events }
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

function changedParts(known: KnownRow | undefined, row: FoldedRow): readonly ViewPart[] {
  const parts = Object.keys(row.digests) as ViewPart[]
  return parts.filter((part) => known?.digests[part] !== row.digests[part]).sort()
}

function stageEvents(known: KnownRow | undefined, row: FoldedRow): readonly EventWish[] {
  if (known?.stage === row.stage || !row.is_known) return []
  const data = {
    ...{ orderId: row.order_id, to: row.stage, at: row.stage_since },
    ...(known === undefined ? {} : { from: known.stage }),
  }
  return [{ type: 'orders.stage.changed', key: row.order_id, data }]
}

function promiseEvents(
  known: KnownRow | undefined,
  isAtRisk: boolean,
  row: FoldedRow,
  { expectedAt, onTimeProbability = 0, reasons }: ReturnType<typeof judged>['judgement'],
  headline: ReturnType<typeof judged>['headline'],
  now: number,
): readonly EventWish[] {
  const wasAtRisk = known?.is_at_risk === true
  if (isAtRisk === wasAtRisk || row.promised_at === null) return []
  const common = {
    ...{ orderId: row.order_id, promisedAt: row.promised_at, at: instantText(now) },
    ...(expectedAt === undefined ? {} : { expectedAt: instantText(expectedAt) }),
  }
  const key = row.order_id
  // An order that came to its end late did not recover.
  if (!isAtRisk && onTimeProbability === 0) return []
  if (!isAtRisk) return [{ type: 'orders.promise.recovered', key, data: common }]
  const owner = headline === null ? {} : { owner: headline.owner, nextAction: headline.nextAction }
  const data = { ...common, onTimeProbability, reasons, ...owner }
  return [{ type: 'orders.promise.at-risk', key, data }]
}

/** What a page that shows the order needs to know: which parts to ask for anew, and its head at once. */
function viewEvent(parts: readonly ViewPart[], { row }: OrderWrite, now: number): EventWish {
  const { order_id: orderId, stage, stage_since: since, revision, on_time, blocker } = row
  return {
    type: 'orders.view.changed',
    key: orderId,
    data: {
      ...{ orderId, revision, blocks: parts, stage, since, atRisk: row.is_at_risk },
      ...(row.customer === null ? {} : { customer: row.customer }),
      ...(row.promised_at === null ? {} : { promisedAt: row.promised_at }),
      ...(row.expected_at === null ? {} : { expectedAt: row.expected_at }),
      ...(on_time === null ? {} : { onTimeProbability: on_time }),
      ...(blocker === null
        ? {}
        : {
            blocker: { what: blocker.what, owner: blocker.owner, nextAction: blocker.nextAction },
          }),
      at: instantText(now),
    },
  }
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

/** A call may ask the host 200 things; a round asks for five at most, and some more when it meets somebody. */
const MOST_ROUNDS = 25

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
