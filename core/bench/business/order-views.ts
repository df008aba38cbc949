import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Company } from '../../test/support/company.ts'
import { quantile, round1 } from '../quantile.ts'

const SERVICE = 'orders.visibility@1'
const WARM_UP = 20
const LOOK_MS = 5
/** The plugin's own, which knows its tables. */
const LOADER = new URL(
  '../../../plugins/order-visibility/test/support/load-orders.ts',
  import.meta.url,
)

type Figures = Readonly<Record<string, unknown>>

const created = (orderId: string) => ({
  id: orderId,
  type: 'orders.order.created',
  partitionkey: orderId,
  data: {
    orderId,
    customer: 'VOLT',
    placedAt: new Date().toISOString(),
    promisedAt: new Date(Date.now() + 864_000_000).toISOString(),
    lines: [{ line: '1', sku: 'RING-6204', quantity: 10, unit: 'C62', location: 'east' }],
  },
})

/** From the answer to the sender of an event until an order is seen with it, one after the other. */
export async function orderLag(company: Company, count: number): Promise<Figures> {
  const lags: number[] = []
  for (let index = 0; index < count + WARM_UP; index += 1) {
    const orderId = `LAG-${index}`
    await company.send([created(orderId)])
    const sent = performance.now()
    while ((await company.call(SERVICE, 'order', { orderId })).status !== 200) await delay(LOOK_MS)
    lags.push(performance.now() - sent)
  }
  const steady = lags.slice(WARM_UP)
  return {
    order_lag_ms_p50: round1(quantile(steady, 0.5)),
    order_lag_ms_p95: round1(quantile(steady, 0.95)),
  }
}

/** All of an order, and a board, where the table has very many; filled by the owner of the database from one real order. */
export async function orderReads(
  company: Company,
  pluginUrl: string,
  { orders, reads }: { readonly orders: number; readonly reads: number },
): Promise<Figures> {
  const model = 'MODEL-1'
  await company.send([created(model)])
  await company.eventually(
    model,
    () => company.call(SERVICE, 'order', { orderId: model }),
    ({ status }) => status === 200,
  )
  await fill(pluginUrl, company.tenant, model, orders)
  const numbers = Array.from({ length: reads + WARM_UP }, (_, index) => {
    const number = 1 + ((index * 7_368_787) % orders)
    return `SO-${String(number).padStart(8, '0')}`
  })
  const views: number[] = []
  for (const orderId of numbers) views.push(await timed(company, 'order', { orderId }))
  const boards: number[] = []
  for (let index = 0; index < reads; index += 1) boards.push(await timed(company, 'board', {}))
  return {
    orders,
    order_360_ms_p95: round1(quantile(views.slice(WARM_UP), 0.95)),
    board_ms_p95: round1(quantile(boards, 0.95)),
  }
}

async function timed(company: Company, operation: string, input: object): Promise<number> {
  const before = performance.now()
  await company.ask(SERVICE, operation, input)
  return performance.now() - before
}

async function fill(
  pluginUrl: string,
  tenant: string,
  model: string,
  count: number,
): Promise<void> {
  const owner = new pg.Client({ connectionString: pluginUrl })
  await owner.connect()
  try {
    const { rows } = await owner.query<{ schema: string }>(
      "select schemaname as schema from pg_tables where tablename = 'stage_counts'",
    )
    await owner.query(`set search_path to "${rows[0]?.schema}"`)
    const { rows: views } = await owner.query('select view from orders where order_id = $1', [
      model,
    ])
    const { loadOrders } = await import(LOADER.href)
    await loadOrders(
      (sql: string, parameters: readonly unknown[]) => owner.query(sql, [...parameters]),
      count,
      views[0].view,
      tenant,
    )
  } finally {
    await owner.end()
  }
}
