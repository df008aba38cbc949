import type { Context, SqlValue } from '@signalbox/sdk'
import type { BothTexts } from '../facts/fact-data.ts'
import { LIVE } from '../projection/live-generation.ts'
import { known } from '../shape/known.ts'
import { isOpenStage, type Stage, stages } from '../stages/stages.ts'
import { instantText, MS_PER_HOUR, msOfInstant } from '../time/instant.ts'
import { cursorOf, readCursor } from './cursor.ts'

interface BoardInput {
  readonly stage?: Stage
  readonly customer?: string
  readonly atRisk?: boolean
  readonly limit?: number
  readonly cursor?: string
}

interface BoardRow {
  readonly order_id: string
  readonly customer: string | null
  readonly stage: Stage
  readonly stage_since: string
  readonly promised_at: string | null
  readonly expected_at: string | null
  readonly on_time: number | null
  readonly is_at_risk: boolean
  readonly due_at: string | null
  readonly place: string
  readonly blocker: {
    readonly what: BothTexts
    readonly owner: string
    readonly nextAction: BothTexts
  } | null
}

interface Count {
  readonly stage: Stage
  readonly orders: number
  readonly overdue: number
}

/**
 * Orders by stage. Without a stage those that somebody still has to do something for: what is due first comes first. Of a stage that
 * is an end the newest come first.
 */
export async function board(input: BoardInput, ctx: Context) {
  const now = ctx.now()
  const [counts, items] = await Promise.all([
    countsOf(input, ctx, instantText(now)),
    itemsOf(input, ctx),
  ])
  const { limit = 50 } = input
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return {
    counts,
    items: page.map((row) => showRow(row, now)),
    ...(items.length > limit && last !== undefined
      ? { next: cursorOf([instantText(msOfInstant(last.place)), last.order_id]) }
      : {}),
  }
}

async function countsOf({ customer, atRisk }: BoardInput, ctx: Context, now: string) {
  const filters: string[] = []
  const parameters: SqlValue[] = [now]
  if (customer !== undefined) {
    parameters.push(customer)
    filters.push(`customer = $${parameters.length}`)
  }
  if (atRisk === true) filters.push('is_at_risk')
  const where = filters.map((filter) => ` and ${filter}`).join('')
  const isCounted = customer === undefined && atRisk !== true
  // Of all orders stages are counted as orders move; what is overdue is little, and in an index of its own.
  const sql = isCounted
    ? `select c.stage, c.orders::int as orders, coalesce(d.overdue, 0)::int as overdue
         from (select stage, sum(orders) as orders from stage_counts where generation = ${LIVE} group by stage) c
         left join (select stage, count(*) as overdue from orders
                     where generation = ${LIVE} and is_open and is_known and due_at < $1 group by stage) d on d.stage = c.stage`
    : `select stage, count(*)::int as orders, (count(*) filter (where due_at < $1))::int as overdue from orders
        where generation = ${LIVE} and is_known${where} group by stage`
  const { rows } = await ctx.db.query<Count>(sql, parameters)
  const byStage = new Map(rows.map((row) => [row.stage, row]))
  return stages.map((stage) => byStage.get(stage) ?? { stage, orders: 0, overdue: 0 })
}

/** A stage at a time goes down an index each; of all open stages the first of each are merged. */
async function itemsOf(input: BoardInput, ctx: Context): Promise<readonly BoardRow[]> {
  const { stage, customer, atRisk, limit = 50, cursor } = input
  const after = readCursor(cursor, ['instant', 'text'])
  const isEnd = stage !== undefined && !isOpenStage(stage)
  const place = isEnd ? 'stage_since' : `coalesce(due_at, '9999-01-01')`
  const asked = stage === undefined ? stages.filter(isOpenStage) : [stage]
  const direction = isEnd ? 'desc' : 'asc'
  const beyond = isEnd
    ? `(${place} < $3::timestamptz or (${place} = $3::timestamptz and order_id > $4))`
    : `(${place}, order_id) > ($3::timestamptz, $4)`
  const { rows } = await ctx.db.query<BoardRow>(
    `select r.* from unnest($1::text[]) as s (stage) cross join lateral (
       select order_id, customer, stage, stage_since, promised_at, expected_at, on_time, is_at_risk, due_at, ${place} as place, blocker
         from orders o where o.generation = ${LIVE} and o.stage = s.stage and is_known ${isEnd ? 'and not is_open' : 'and is_open'}
          and ($5::text is null or customer = $5) ${atRisk === true ? 'and is_at_risk' : ''}
          and ($3::timestamptz is null or ${beyond})
        order by ${isEnd ? 'stage_since desc' : 'due_at asc nulls last'}, order_id limit $2) r
      order by r.place ${direction}, r.order_id limit $2`,
    [asked, limit + 1, after?.[0] ?? null, after?.[1] ?? null, customer ?? null],
  )
  return rows
}

function showRow(row: BoardRow, now: number) {
  const { order_id: orderId, stage, blocker, due_at } = row
  return known({
    ...{ orderId, stage, customer: row.customer ?? undefined, since: row.stage_since },
    ageHours: Math.round((now - msOfInstant(row.stage_since)) / (MS_PER_HOUR / 10)) / 10,
    promisedAt: row.promised_at ?? undefined,
    expectedAt: row.expected_at ?? undefined,
    onTimeProbability: row.on_time ?? undefined,
    atRisk: row.is_at_risk,
    dueAt: due_at ?? undefined,
    overdue: due_at !== null && msOfInstant(due_at) < now,
    blocker: blocker?.what,
    owner: blocker?.owner,
    nextAction: blocker?.nextAction,
  })
}
