import type { Context } from '@signalbox/sdk'
import { abcXyz, matrixOf } from '../classification/abc-xyz.ts'
import type { DemandClass } from '../classification/demand-class.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { cursorOf, readCursor } from './cursor.ts'

interface ClassRow extends SeriesKey {
  readonly value: number
  readonly has_cost: boolean
  readonly variation: number | null
  readonly demand_class: DemandClass | null
}

/** The most valuable that are classed; what comes after them is worth next to nothing of the whole. */
const MOST_SERIES = 5000

/** ABC by the value of a year's forecast demand, XYZ by how demand scatters: which items deserve a planner's time. */
export async function classes(
  { limit = 50, cursor }: { readonly limit?: number; readonly cursor?: string },
  ctx: Context,
) {
  const [from] = readCursor(cursor, 1) ?? [0]
  const { rows } = await ctx.db.query<ClassRow>(
    `select f.sku, f.location, coalesce(f.yearly_demand * (i.settings->>'unitCost')::float8, 0) as value,
            i.settings->>'unitCost' is not null as has_cost, f.variation, f.demand_class
       from forecasts f left join items i on i.sku = f.sku and i.location = f.location
      order by value desc, f.sku, f.location limit ${MOST_SERIES}`,
    [],
  )
  const byId = new Map(rows.map((row) => [JSON.stringify([row.sku, row.location]), row]))
  const classed = abcXyz(
    [...byId].map(([id, { value, variation }]) => ({
      ...{ id, value },
      ...(variation === null ? {} : { variation }),
    })),
  )
  const counts = matrixOf(classed)
  const count = (field: string): number => counts[field] ?? 0
  const start = Number(from)
  return {
    withoutCost: rows.filter(({ has_cost }) => !has_cost).length,
    matrix: ['A', 'B', 'C'].map((abc) => ({
      ...{ abc, x: count(`${abc}X`), y: count(`${abc}Y`), z: count(`${abc}Z`) },
    })),
    items: classed.slice(start, start + limit).map(({ id, abc, xyz, share, cumulativeShare }) => {
      const { sku, location, value, variation, demand_class } = byId.get(id) as ClassRow
      return {
        ...{ sku, location, abc, xyz, value, share, cumulativeShare, variation },
        demandClass: demand_class,
      }
    }),
    ...(start + limit < classed.length ? { next: cursorOf([start + limit]) } : {}),
  }
}
