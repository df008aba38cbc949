import { type Context, Refusal } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import { actorOf, nowOf } from '../planning/clock.ts'
import { cursorOf, readCursor } from '../planning/cursor.ts'
import { lookAtStock } from '../suggestions/look-at-stock.ts'
import { type ItemSettings, settingsOf } from './item-settings.ts'

type GivenItem = SeriesKey &
  Partial<ItemSettings> &
  Pick<ItemSettings, 'unit'> & { readonly revision?: number }

/** Says how items are planned: all of the batch, or nothing. With `revision`, only where nobody changed the item meanwhile. */
export async function defineItems(
  { items: given }: { readonly items: readonly GivenItem[] },
  ctx: Context,
) {
  const { db, tenant } = ctx
  const keys = new Set(given.map(({ sku, location }) => JSON.stringify([sku, location])))
  if (keys.size < given.length)
    throw new Refusal('ITEM_TWICE', 'An item stands twice in the batch: send it once.')
  const rows = given.map(({ sku, location, revision, ...settings }) => ({
    ...{ sku, location, unit: settings.unit, settings, revision: (revision ?? 0) + 1 },
  }))
  const now = nowOf(ctx)
  const json = JSON.stringify(rows)
  const from =
    'jsonb_to_recordset($1::jsonb) as g (sku text, location text, unit text, settings jsonb, revision int)'
  const known = {
    sql: `insert into series (tenant, sku, location, unit) select $2, sku, location, unit from ${from} on conflict do nothing`,
    parameters: [json, tenant],
  }
  const { rows: other } = await db.query<SeriesKey & { readonly unit: string }>(
    `select s.sku, s.location, s.unit from series s join ${from} on g.sku = s.sku and g.location = s.location where g.unit <> s.unit`,
    [json],
  )
  if (other[0] !== undefined) throw unitTaken(other[0])
  try {
    await db.transaction([
      known,
      {
        sql: `select 1 as same from series s join ${from} on g.sku = s.sku and g.location = s.location and g.unit = s.unit`,
        parameters: [json],
        rows: rows.length,
      },
      {
        sql: `insert into items as i (tenant, sku, location, settings, revision, changed_by, changed_at)
              select $2, sku, location, settings, revision, $3, $4 from ${from}
              on conflict (tenant, sku, location) do update set settings = excluded.settings, revision = i.revision + 1,
                changed_by = excluded.changed_by, changed_at = excluded.changed_at
              where excluded.revision = 1 or excluded.revision = i.revision + 1`,
        parameters: [json, tenant, actorOf(ctx), now.instant],
        rows: rows.length,
      },
    ])
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'CORE_SQL_ROWS_UNEXPECTED') throw error
    throw itemChanged()
  }
  if (given.length === 1 && given[0] !== undefined) await lookAtStock(ctx, given[0])
  return { defined: rows.length }
}

function itemChanged(): Refusal {
  return new Refusal(
    'ITEM_CHANGED',
    'Somebody changed an item of the batch meanwhile: read items again and send its revision.',
  )
}

function unitTaken({ sku, location, unit }: SeriesKey & { readonly unit: string }): Refusal {
  return new Refusal(
    'UNIT_MISMATCH',
    `${sku} at ${location} has demand in ${unit}: define it in this unit.`,
  )
}

interface ItemRow extends SeriesKey {
  readonly settings: Partial<ItemSettings> & Pick<ItemSettings, 'unit'>
  readonly revision: number
  readonly changed_by: string
  readonly changed_at: string
}

export async function items(
  {
    sku,
    supplier,
    limit = 50,
    cursor,
  }: {
    readonly sku?: string
    readonly supplier?: string
    readonly limit?: number
    readonly cursor?: string
  },
  ctx: Context,
) {
  const after = readCursor(cursor, ['text', 'text'])
  const { rows } = await ctx.db.query<ItemRow>(
    `select sku, location, settings, revision, changed_by, changed_at from items
      where ($1::text is null or sku = $1) and ($2::text is null or settings->>'supplier' = $2)
        and ($3::text is null or (sku, location) > ($3, $4)) order by sku, location limit $5`,
    [sku ?? null, supplier ?? null, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ settings, changed_by, changed_at, ...row }) => ({
      ...row,
      ...settingsOf(settings),
      ...{ changedBy: changed_by, changedAt: changed_at },
    })),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.sku, last.location]) }
      : {}),
  }
}
