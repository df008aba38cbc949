import type { Context } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import type { Reason } from '../reasons/reason.ts'
import { cursorOf, readCursor } from './cursor.ts'
import type { ItemAccuracy } from './forecast-item.ts'
import type { Monitor } from './monitor.ts'

interface Page {
  readonly limit?: number
  readonly cursor?: string
}

interface RiskRow extends SeriesKey {
  readonly risk: number
  readonly stock: {
    readonly onHand?: number
    readonly unusable?: number
    readonly onOrder?: number
    readonly reorderPoint?: number
    readonly stockoutOn?: string
    readonly coverDays?: number
    readonly why?: readonly Reason[]
  }
  readonly is_below: boolean
}

/** What may run out, the likeliest first, as of the last look at each. */
export async function stockoutRisk(
  {
    minimum = 0.05,
    location,
    limit = 50,
    cursor,
  }: Page & { readonly minimum?: number; readonly location?: string },
  ctx: Context,
) {
  const after = readCursor(cursor, ['number', 'text', 'text'])
  const { rows } = await ctx.db.query<RiskRow>(
    `select sku, location, risk, stock, is_below from forecasts where risk >= $1 and ($2::text is null or location = $2)
        and ($3::float8 is null or risk < $3::float8 or (risk = $3::float8 and (sku, location) > ($4, $5)))
      order by risk desc, sku, location limit $6`,
    [
      minimum,
      location ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      limit + 1,
    ],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(riskOf),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.risk, last.sku, last.location]) }
      : {}),
  }
}

function riskOf({ sku, location, risk, stock, is_below }: RiskRow) {
  const {
    onHand = 0,
    unusable = 0,
    onOrder = 0,
    reorderPoint,
    stockoutOn,
    coverDays,
    why = [],
  } = stock
  return {
    ...{
      sku,
      location,
      probability: risk,
      isBelowReorderPoint: is_below,
      onHand,
      unusable,
      onOrder,
    },
    ...(reorderPoint === undefined ? {} : { reorderPoint }),
    ...(stockoutOn === undefined ? {} : { stockoutOn }),
    ...(coverDays === undefined ? {} : { coverDays }),
    causes: why.filter(({ code }) => code === 'LOT_REJECTED' || code === 'STOCK_NEGATIVE'),
  }
}

interface AccuracyRow extends SeriesKey {
  readonly method: string
  readonly description: string
  readonly forecast: { readonly accuracy: ItemAccuracy }
  readonly monitor: Monitor
}

/** How forecasts did: on the history they were made from, and on what came after. */
export async function accuracy(
  {
    sku,
    location,
    alarmsOnly = false,
    limit = 50,
    cursor,
  }: Page & Partial<SeriesKey> & { readonly alarmsOnly?: boolean },
  ctx: Context,
) {
  const after = readCursor(cursor, ['text', 'text'])
  const { rows } = await ctx.db.query<AccuracyRow>(
    `select sku, location, method, description, json_build_object('accuracy', forecast::jsonb->'accuracy') as forecast, monitor from forecasts
      where ($1::text is null or sku = $1) and ($2::text is null or location = $2)
        and (not $3::boolean or (monitor->>'isAlarm')::boolean) and ($4::text is null or (sku, location) > ($4, $5))
      order by sku, location limit $6`,
    [sku ?? null, location ?? null, alarmsOnly, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ forecast: { accuracy: onHistory }, monitor, ...row }) => ({
      ...row,
      onHistory,
      onActuals: monitor,
    })),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.sku, last.location]) }
      : {}),
  }
}

interface Counts {
  readonly series: number
  readonly below: number
  readonly at_risk: number
  readonly excess: number
  readonly alarms: number
  readonly changed: number
  readonly unplanned: number
  readonly open: number
  readonly last_run: string | null
  readonly last_run_state: string | null
}

interface Finding extends SeriesKey {
  readonly code: string
  readonly day: string
  readonly details: { readonly stock?: number }
}

/** What a planner looks at first: how many of what, what is likeliest to run out, and what cannot be. */
export async function workbench(_input: object, ctx: Context) {
  const [counts, findings] = await ctx.db.transaction<[Counts, Finding]>([
    {
      sql: `select (select count(*)::int from series) as series,
                   (select count(*)::int from forecasts where is_below) as below,
                   (select count(*)::int from forecasts where is_at_risk) as at_risk,
                   (select count(*)::int from forecasts where is_excess) as excess,
                   (select count(*)::int from forecasts where (monitor->>'isAlarm')::boolean) as alarms,
                   (select count(*)::int from series where dirty_from is not null) as changed,
                   (select count(*)::int from series s where not exists
                      (select from items i where i.sku = s.sku and i.location = s.location)) as unplanned,
                   (select count(*)::int from suggestions where state = 'open') as open,
                   (select id from runs order by started_at desc limit 1) as last_run,
                   (select state from runs order by started_at desc limit 1) as last_run_state`,
    },
    {
      sql: `select sku, location, code, day::text as day, details from demand_findings order by demand_findings.day desc, sku, location limit 20`,
    },
  ])
  const [row] = counts.rows
  const { items: risks } = await stockoutRisk({ limit: 20 }, ctx)
  return {
    series: row?.series ?? 0,
    belowReorderPoint: row?.below ?? 0,
    atRisk: row?.at_risk ?? 0,
    excess: row?.excess ?? 0,
    biasAlarms: row?.alarms ?? 0,
    changedSinceRun: row?.changed ?? 0,
    withoutSettings: row?.unplanned ?? 0,
    openSuggestions: row?.open ?? 0,
    ...(row?.last_run == null || row.last_run_state == null
      ? {}
      : { lastRun: { id: row.last_run, state: row.last_run_state } }),
    risks,
    findings: findings.rows.map(({ details, ...finding }) => ({
      ...finding,
      ...(details.stock === undefined ? {} : { stock: details.stock }),
    })),
  }
}
