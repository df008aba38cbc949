import { type Context, Refusal } from '@signalbox/sdk'
import type { OrderView } from '../projection/order-view.ts'
import { LEAST_STAYS, type UsualStays } from '../promises/usual-stays.ts'
import type { Stage } from '../stages/stages.ts'

export interface ReadOrder {
  readonly view: OrderView
  readonly revision: number
  readonly usual: UsualStays
}

/** @throws ORDER_UNKNOWN */
export async function readOrder({ db }: Pick<Context, 'db'>, orderId: string): Promise<ReadOrder> {
  const [found, usual] = await db.transaction<
    [
      { view: OrderView; revision: number },
      { stage: Stage; median_hours: number; p90_hours: number },
    ]
  >([
    {
      sql: `select view, revision::float8 as revision from orders
             where order_id = $1 and generation = coalesce((select live from generations), 1)`,
      parameters: [orderId],
    },
    {
      sql: 'select stage, median_hours, p90_hours from usual_stays where stays >= $1',
      parameters: [LEAST_STAYS],
    },
  ])
  const [row] = found.rows
  if (row === undefined) {
    throw new Refusal('ORDER_UNKNOWN', 'Nothing was told of this order: look at its number.')
  }
  return {
    ...row,
    usual: Object.fromEntries(
      usual.rows.map(({ stage, median_hours: median, p90_hours: p90 }) => [stage, { median, p90 }]),
    ),
  }
}
