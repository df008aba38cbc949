import { type Context, Refusal } from '@signalbox/sdk'
import { dayOfText, msOfInstant } from '../calendar/instant.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { forecastValueAdded } from '../inventory/forecast-value-added.ts'
import { actorOf, nowOf } from '../planning/clock.ts'
import { cursorOf, readCursor } from '../planning/cursor.ts'
import { lookAtStock } from '../suggestions/look-at-stock.ts'

interface GivenOverride extends SeriesKey {
  readonly from: string
  readonly to: string
  readonly kind: 'value' | 'factor'
  readonly value: number
  readonly reason: string
  readonly expiresAt?: string
}

/** Years of planning ahead are none. */
const LONGEST_DAYS = 731

/** A planner's word about coming periods, kept beside what was forecast; the stock is looked at with it at once. */
export async function override(given: GivenOverride, ctx: Context) {
  const { sku, location, from, to, kind, value, reason, expiresAt } = given
  const now = nowOf(ctx)
  const days = dayOfText(to) - dayOfText(from)
  if (days < 0 || days > LONGEST_DAYS) {
    throw new Refusal(
      'OVERRIDE_SPAN_INVALID',
      `From ${from} to ${to} is no span of up to two years: mend its dates.`,
    )
  }
  if (dayOfText(to) < now.today) {
    throw new Refusal('OVERRIDE_IN_PAST', `${to} is over: an override is for what is to come.`)
  }
  if (expiresAt !== undefined && msOfInstant(expiresAt) <= now.ms) {
    throw new Refusal(
      'OVERRIDE_EXPIRED',
      'It would be expired from the start: give a later expiresAt, or none.',
    )
  }
  const author = actorOf(ctx)
  const id = `OV-${ctx.hash('SHA-256', JSON.stringify([given, author, now.ms])).slice(0, 16)}`
  const { rowCount } = await ctx.db.query(
    `insert into overrides (tenant, id, sku, location, starts, ends, kind, value, reason, author, made_at, expires_at)
     select $1, $2, sku, location, $5, $6, $7, $8, $9, $10, $11, $12 from series where sku = $3 and location = $4 on conflict do nothing`,
    [
      ctx.tenant,
      id,
      sku,
      location,
      from,
      to,
      kind,
      value,
      reason,
      author,
      now.instant,
      expiresAt ?? null,
    ],
  )
  if (rowCount === 0)
    throw new Refusal(
      'SERIES_UNKNOWN',
      `Nothing is known of ${sku} at ${location}: define the item first.`,
    )
  await lookAtStock(ctx, given)
  return { id, author, madeAt: now.instant }
}

export async function withdrawOverride({ id }: { readonly id: string }, ctx: Context) {
  const { instant } = nowOf(ctx)
  const { rows } = await ctx.db.query<SeriesKey>(
    'update overrides set withdrawn_at = $2, withdrawn_by = $3 where id = $1 and withdrawn_at is null returning sku, location',
    [id, instant, actorOf(ctx)],
  )
  const [key] = rows
  if (key === undefined)
    throw new Refusal('OVERRIDE_NOT_ACTIVE', `${id} is not there, or was withdrawn before.`)
  await lookAtStock(ctx, key)
  return { id, withdrawnAt: instant }
}

interface OverrideRow extends SeriesKey {
  readonly id: string
  readonly starts: string
  readonly ends: string
  readonly kind: 'value' | 'factor'
  readonly value: number
  readonly reason: string
  readonly author: string
  readonly made_at: string
  readonly expires_at: string | null
  readonly withdrawn_at: string | null
}

interface ListWish {
  readonly sku?: string
  readonly location?: string
  readonly activeOnly?: boolean
  readonly limit?: number
  readonly cursor?: string
}

export async function overrides(
  { sku, location, activeOnly = false, limit = 50, cursor }: ListWish,
  ctx: Context,
) {
  const before = readCursor(cursor, ['instant', 'text'])
  const { rows } = await ctx.db.query<OverrideRow>(
    `select id, sku, location, starts::text as starts, ends::text as ends, kind, value, reason, author, made_at, expires_at, withdrawn_at
       from overrides where ($1::text is null or sku = $1) and ($2::text is null or location = $2)
        and (not $3::boolean or (withdrawn_at is null and (expires_at is null or expires_at > $4)))
        and ($5::timestamptz is null or (made_at, id) < ($5::timestamptz, $6)) order by made_at desc, id desc limit $7`,
    [
      sku ?? null,
      location ?? null,
      activeOnly,
      nowOf(ctx).instant,
      before?.[0] ?? null,
      before?.[1] ?? null,
      limit + 1,
    ],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ starts, ends, made_at, expires_at, withdrawn_at, ...row }) => ({
      ...row,
      ...{ from: starts, to: ends, madeAt: made_at },
      ...(expires_at === null ? {} : { expiresAt: expires_at }),
      ...(withdrawn_at === null ? {} : { withdrawnAt: withdrawn_at }),
    })),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.made_at, last.id]) }
      : {}),
  }
}

/** A period that is over and that a planner had changed. */
interface OverriddenPeriod {
  readonly statistical: number
  readonly planned: number
  readonly actual: number
}

interface ValueWish {
  readonly sku?: string
  readonly location?: string
  readonly author?: string
  readonly from?: string
  readonly to?: string
}

const MOST_PERIODS = 5000

/** What planners' words were worth: in all, and by author. */
export async function overrideValue({ sku, location, author, from, to }: ValueWish, ctx: Context) {
  const { rows } = await ctx.db.query<OverriddenPeriod & { readonly author: string }>(
    `select o.author, p.statistical, p.planned, p.actual from forecast_points p join overrides o on o.id = p.override
      where p.override is not null and p.actual is not null and ($1::text is null or p.sku = $1)
        and ($2::text is null or p.location = $2) and ($3::text is null or o.author = $3)
        and ($4::date is null or p.starts >= $4::date) and ($5::date is null or p.starts <= $5::date)
      order by p.starts desc limit ${MOST_PERIODS}`,
    [sku ?? null, location ?? null, author ?? null, from ?? null, to ?? null],
  )
  const authors = [...new Set(rows.map((row) => row.author))].sort().slice(0, 100)
  const byAuthor = authors.map((name) => ({
    author: name,
    ...valueAddedBy(rows.filter((row) => row.author === name)),
  }))
  return { ...valueAddedBy(rows), byAuthor }
}

/** Of periods that a planner changed: what the change took from the error, and how often it was right. */
function valueAddedBy(periods: readonly OverriddenPeriod[]) {
  const found = forecastValueAdded(
    periods.map(({ statistical, planned, actual }) => ({ statistical, override: planned, actual })),
  )
  return {
    periods: found?.periods ?? 0,
    maeStatistical: found?.statistical.mae ?? 0,
    maePlanned: found?.override.mae ?? 0,
    biasStatistical: found?.statistical.bias ?? 0,
    biasPlanned: found?.override.bias ?? 0,
    valueAdded: found?.value ?? 0,
    betterShare: found?.shareImproved ?? 0,
    rightDirectionShare: found?.shareRightDirection ?? 0,
  }
}
