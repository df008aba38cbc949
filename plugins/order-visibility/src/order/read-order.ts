import { type Context, Refusal } from '@signalbox/sdk'
import { LIVE } from '../projection/live-generation.ts'
import type { OrderView } from '../projection/order-view.ts'
import type { UsualStays } from '../promises/usual-stays.ts'
import { USUAL_STAYS, type UsualRow, usualOfRows } from '../promises/usual-stays-store.ts'

export interface ReadOrder {
  readonly view: OrderView
  readonly revision: number
  readonly usual: UsualStays
}

/** @throws ORDER_UNKNOWN */
export async function readOrder({ db }: Pick<Context, 'db'>, orderId: string): Promise<ReadOrder> {
  const [found, usual] = await db.transaction<[{ view: OrderView; revision: number }, UsualRow]>([
    {
      sql: `select view, revision::float8 as revision from orders
             where order_id = $1 and generation = ${LIVE}`,
      parameters: [orderId],
    },
    USUAL_STAYS,
  ])
  const [row] = found.rows
  if (row === undefined) {
    throw new Refusal('ORDER_UNKNOWN', 'Nothing was told of this order: look at its number.')
  }
  return { ...row, usual: usualOfRows(usual.rows) }
}
