import type { Context, Statement } from '@signalbox/sdk'
import { type AbcClass, USUAL_CUTS, type XyzClass } from '../classification/abc-xyz.ts'
import type { DemandClass } from '../classification/demand-class.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { cursorOf, readCursor } from './cursor.ts'

interface ClassRow extends SeriesKey {
  readonly abc: AbcClass
  readonly xyz: XyzClass | null
  readonly value: number
  readonly share: number
  readonly cumulative_share: number
  readonly variation: number | null
  readonly demand_class: DemandClass | null
}

interface CountRow {
  readonly abc: AbcClass
  readonly xyz: XyzClass | null
  readonly series: number
  readonly without_cost: number
}

/**
 * All series by the rule of `abcXyz`, where they are: a tenant may have more than an answer holds, and shares are those of all.
 * Sums of doubles reach a cut by rounding: what is within a billionth of it has reached it.
 */
const CLASSED = `
with valued as (
  select f.sku, f.location, f.variation, f.demand_class, coalesce(f.yearly_demand * (i.settings->>'unitCost')::float8, 0) as value,
         i.settings->>'unitCost' is not null as has_cost
    from forecasts f left join items i on i.sku = f.sku and i.location = f.location
), ranked as (
  select *, sum(value) over () as total,
         sum(value) over (order by value desc, sku, location rows unbounded preceding) as so_far from valued
), shared as (
  select *, case when total = 0 then 0 else value / total end as share,
         case when total = 0 then 0 else (so_far - value) / total end as before from ranked
), classed as (
  select *, case when total = 0 then 'C' when before < $1::float8 - 1e-9 then 'A' when before < $2::float8 - 1e-9 then 'B' else 'C' end as abc,
         case when variation is null then null when variation <= $3::float8 then 'X' when variation <= $4::float8 then 'Y' else 'Z' end as xyz
    from shared
)`

/** ABC by the value of a year's forecast demand, XYZ by how demand scatters: which items deserve a planner's time. */
export async function classes(
  { limit = 50, cursor }: { readonly limit?: number; readonly cursor?: string },
  { db }: Pick<Context, 'db'>,
) {
  const [from] = readCursor(cursor, ['place']) ?? [0]
  const start = Number(from)
  const cuts = [USUAL_CUTS.a, USUAL_CUTS.b, USUAL_CUTS.x, USUAL_CUTS.y]
  const statements: Statement[] = [
    {
      sql: `${CLASSED} select abc, xyz, count(*)::int as series, (count(*) filter (where not has_cost))::int as without_cost
              from classed group by abc, xyz`,
      parameters: cuts,
    },
    {
      sql: `${CLASSED} select sku, location, abc, xyz, value, share, least(before + share, 1) as cumulative_share, variation, demand_class
              from classed order by classed.value desc, sku, location limit $5 offset $6`,
      parameters: [...cuts, limit + 1, start],
    },
  ]
  const [counts, page] = await db.transaction<[CountRow, ClassRow]>(statements)
  const count = (abc: AbcClass, xyz: XyzClass) =>
    counts.rows.find((row) => row.abc === abc && row.xyz === xyz)?.series ?? 0
  return {
    withoutCost: counts.rows.reduce((sum, row) => sum + row.without_cost, 0),
    matrix: (['A', 'B', 'C'] as const).map((abc) => ({
      ...{ abc, x: count(abc, 'X'), y: count(abc, 'Y'), z: count(abc, 'Z') },
    })),
    items: page.rows.slice(0, limit).map(({ cumulative_share, demand_class, ...row }) => ({
      ...row,
      ...{ cumulativeShare: cumulative_share, demandClass: demand_class },
    })),
    ...(page.rows.length > limit ? { next: cursorOf([start + limit]) } : {}),
  }
}
