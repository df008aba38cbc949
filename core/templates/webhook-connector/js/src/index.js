import { definePlugin, Refusal } from '@signalbox/sdk'
import { orderIn } from './order.js'

/** @typedef {import('@signalbox/sdk').Context} Context */

/**
 * @param {{ id: string, json?: unknown }} delivery its id is the same however often it comes
 * @param {Pick<Context, 'db' | 'tenant'>} ctx
 */
export async function onOrder({ id, json }, ctx) {
  const received = orderIn(json)
  // A delivery that throws comes again, for a day. One that will never be right is put by at once.
  if (received === undefined) throw new Refusal('NOT_AN_ORDER', `Delivery ${id} holds no order.`)
  // The row and the event, both or none: whoever hears of the order finds it.
  await ctx.db.transaction(
    [
      {
        sql: `insert into orders (tenant, order_no, total) values ($1, $2, $3)
              on conflict (tenant, order_no) do update set total = excluded.total`,
        parameters: [ctx.tenant, received.order, received.total],
      },
    ],
    {
      // By its own id an event that is published twice is one.
      events: [{ type: '__NAME__.received', data: received, key: received.order, id }],
    },
  )
}

/**
 * @param {{ after?: string }} input
 * @param {Pick<Context, 'db'>} ctx
 */
export async function list({ after = '' }, ctx) {
  const { rows } = await ctx.db.query(
    'select order_no, total from orders where order_no > $1 order by order_no limit 200',
    [after],
  )
  return { orders: rows.map(({ order_no: order, total }) => ({ order, total })) }
}

export default definePlugin({
  services: { '__NAME__.orders': { list } },
  webhooks: { orders: onOrder },
})
