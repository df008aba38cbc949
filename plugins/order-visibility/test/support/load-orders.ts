import { instantText } from '../../src/time/instant.ts'

type Query = (sql: string, parameters: readonly unknown[]) => Promise<unknown>

const BEGUN = Date.UTC(2025, 10, 1)

/**
 * Fills the projection with `count` orders by SQL alone, a tenth of them open: enough like the real thing (views of some KiB, stays,
 * customers of which the largest has a fiftieth) to measure reads with. Nothing of it was told, so no replay knows it.
 * @param view one order's view; its number is put in its place
 */
export async function loadOrders(
  query: Query,
  count: number,
  view: object,
  tenant = 'acme',
): Promise<void> {
  await query(
    'insert into generations (tenant, live, done) values ($1, 1, 0) on conflict do nothing',
    [tenant],
  )
  await query(
    `insert into orders (tenant, generation, order_id, customer, stage, stage_since, is_open, is_known, placed_at, promised_at, paid_at,
            path, as_of, view, digest, digests, revision, on_time, is_at_risk, due_at, judged_at, next_judgement_at)
     select $4, 1, 'SO-' || lpad(n::text, 8, '0'), 'C' || (n % 50 * (n % 7)), s.stage, at + interval '5 days', s.is_open, true, at,
            at + interval '20 days', case when not s.is_open then at + interval '26 days' end, 'entered released ready shipped', at,
            jsonb_set($2::jsonb, '{orderId}', to_jsonb('SO-' || lpad(n::text, 8, '0'))), 'd', '{}', 1, 0.9, s.is_open and n % 200 = 0,
            case when s.is_open then timestamptz '2026-11-20 00:00Z' + n % 100 * interval '1 day' end, at, case when s.is_open then at + interval '400 days' end
       from generate_series(1, $1::int) as n
      cross join lateral (select $3::timestamptz + n * interval '30 seconds' as at) t
      cross join lateral (select case when n % 10 = 0 then (array['entered','signing','released','sourcing','inspecting','ready','shipped',
             'delivered','invoiced','in-production'])[1 + n / 10 % 10] else 'completed' end as stage, n % 10 = 0 as is_open) s`,
    [count, JSON.stringify(view), instantText(BEGUN), tenant],
  )
  await query(
    `insert into stays (tenant, generation, order_id, nth, stage, next_stage, customer, entered_at, left_at)
     select $1, 1, o.order_id, s.nth, s.stage, s.next_stage, o.customer, o.placed_at + s.nth * interval '2 days',
            o.placed_at + (s.nth + 1) * interval '2 days'
       from orders o cross join (values (0, 'entered', 'released'), (1, 'released', 'ready'), (2, 'ready', 'shipped'),
            (3, 'shipped', 'delivered'), (4, 'delivered', 'completed')) as s (nth, stage, next_stage)
      where o.tenant = $1 and o.order_id like 'SO-%'`,
    [tenant],
  )
  await query(
    `insert into stage_counts (tenant, generation, stage, slot, orders)
     select $1, 1, stage, 0, count(*) from orders where tenant = $1 and order_id like 'SO-%' group by stage
     on conflict (tenant, generation, stage, slot) do update set orders = stage_counts.orders + excluded.orders`,
    [tenant],
  )
  // As autovacuum leaves tables: what is in an index is read from it alone.
  await query('vacuum analyze orders', [])
  await query('vacuum analyze stays', [])
}
