import type { Context } from '@signalbox/sdk'
import { canonicalJson } from '../facts/canonical-json.ts'
import { FACTS_OF_ORDERS, type FactRow } from '../facts/facts-store.ts'
import { foldAll } from '../projection/fold-orders.ts'
import { LIVE } from '../projection/live-generation.ts'
import { type FoldedRow, foldedRow, type StayRow, stayRows } from '../projection/order-row.ts'
import { factsByOrder } from '../projection/projection-store.ts'
import { instantText, msOfInstant } from '../time/instant.ts'

interface CheckInput {
  readonly limit?: number
  readonly cursor?: string
}

type LiveRow = FoldedRow & { readonly told: number; readonly folded: number }

/** Facts of so many orders fit one answer of the host. */
const BATCH = 25

/**
 * Folds orders anew from what was told and compares each with the row that is shown, column by column, its stays too. What is behind
 * is counted, not compared: its row is not the last word yet.
 */
export async function checkReplay({ limit = 100, cursor }: CheckInput, ctx: Context) {
  const { rows } = await ctx.db.query<{ order_id: string }>(
    'select order_id from heads where ($1::text is null or order_id > $1) order by order_id limit $2',
    [cursor ?? null, limit + 1],
  )
  const orders = rows.slice(0, limit).map(({ order_id }) => order_id)
  const differing: { readonly orderId: string; readonly fields: readonly string[] }[] = []
  let behind = 0
  for (let from = 0; from < orders.length; from += BATCH) {
    const found = await compareBatch(ctx, orders.slice(from, from + BATCH))
    behind += found.behind
    differing.push(...found.differing)
  }
  const last = orders.at(-1)
  return {
    ...{ checked: orders.length, behind, differing },
    ...(rows.length > limit && last !== undefined ? { next: last } : {}),
  }
}

async function compareBatch(ctx: Context, orders: readonly string[]) {
  const [live, stays, facts] = await ctx.db.transaction<[LiveRow, StayRow, FactRow]>([
    {
      sql: `select h.order_id, h.told::float8 as told, h.folded::float8 as folded, o.customer, o.stage, o.stage_since, o.is_open,
                   o.is_known, o.placed_at, o.promised_at, o.paid_at, o.path, o.as_of, o.view, o.digest, o.digests
              from heads h left join orders o on o.order_id = h.order_id and o.generation = ${LIVE}
             where h.order_id = any($1::text[])`,
      parameters: [orders],
    },
    {
      sql: `select order_id, nth, stage, next_stage, customer, entered_at, left_at, left_before, went_before from stays
             where order_id = any($1::text[]) and generation = ${LIVE} order by order_id, nth`,
      parameters: [orders],
    },
    { sql: FACTS_OF_ORDERS, parameters: [orders] },
  ])
  const rowOf = new Map(live.rows.map((row) => [row.order_id, row]))
  const folded = await foldAll(ctx, orders, factsByOrder(facts.rows))
  let behind = 0
  const differing = folded.flatMap(({ orderId, view }) => {
    const row = rowOf.get(orderId)
    if (row === undefined || row.told > row.folded) {
      behind++
      return []
    }
    if (view === undefined) return row.stage === null ? [] : [{ orderId, fields: ['order_id'] }]
    const anew = foldedRow(view, (text) => ctx.hash('SHA-256', text))
    const own = stays.rows.filter(({ order_id }) => order_id === orderId)
    const fields = [
      ...differences(anew, row),
      ...(canonicalJson(stayRows(view)) === canonicalJson(own.map(utcStay)) ? [] : ['stays']),
    ]
    return fields.length === 0 ? [] : [{ orderId, fields }]
  })
  return { behind, differing }
}

const instants = new Set(['stage_since', 'placed_at', 'promised_at', 'paid_at', 'as_of'])

function differences(anew: FoldedRow, live: FoldedRow): readonly string[] {
  return (Object.keys(anew) as (keyof FoldedRow)[]).filter((name) => {
    const shown = live[name]
    const same = instants.has(name) && typeof shown === 'string' ? utc(shown) : shown
    return canonicalJson(anew[name]) !== canonicalJson(same)
  })
}

function utcStay(row: StayRow): StayRow {
  return {
    ...row,
    entered_at: utc(row.entered_at),
    left_at: utcOrNull(row.left_at),
    left_before: utcOrNull(row.left_before),
    went_before: utcOrNull(row.went_before),
  }
}

function utcOrNull(text: string | null): string | null {
  return text === null ? null : utc(text)
}

function utc(text: string): string {
  return instantText(msOfInstant(text))
}
