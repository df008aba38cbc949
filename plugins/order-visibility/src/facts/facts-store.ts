import type { Context, Statement } from '@signalbox/sdk'
import { instantText } from '../time/instant.ts'
import type { Fact } from './fact.ts'
import type { ToldFact } from './fact-of-event.ts'

type Port = Pick<Context, 'db' | 'tenant'>

/** Links go from nonconformity to lot to shipment to purchase order to order: no way is longer. */
const LONGEST_WAY = 5

/** The same content told anew is the same fact, known as of its newest telling. */
const KEEP_FACT = `
insert into facts (tenant, fact, source, event_id, type, node, business_key, happened_at, published_at, publisher, version, sku, location, data)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb
 where not exists (select from facts where source = $3 and event_id = $4)
on conflict (tenant, fact) do update
   set published_at = excluded.published_at, publisher = excluded.publisher, version = excluded.version
 where (excluded.published_at, excluded.publisher, coalesce(excluded.version, ''))
     > (facts.published_at, facts.publisher, coalesce(facts.version, ''))`

/** Keeps a fact with what ties it to orders, all or nothing; told a second time it changes nothing. */
export async function keepFact({ db, tenant }: Port, told: ToldFact): Promise<void> {
  const { fact, source, eventId, links, stock, wants } = told
  const statements: Statement[] = [
    {
      sql: KEEP_FACT,
      parameters: [
        ...[tenant, fact.fact, source, eventId, fact.type, fact.node, fact.businessKey],
        ...[instantText(fact.happenedAt), instantText(fact.publishedAt)],
        ...[fact.publisher, fact.version, stock?.sku ?? null, stock?.location ?? null],
        JSON.stringify(fact.data),
      ],
    },
  ]
  if (links.length > 0) {
    statements.push({
      sql: `insert into links (tenant, from_node, to_node)
            select $2, g."from", g."to" from jsonb_to_recordset($1::jsonb) as g ("from" text, "to" text)
            order by 2, 3 on conflict do nothing`,
      parameters: [JSON.stringify(links), tenant],
    })
  }
  if (wants.length > 0) {
    statements.push({
      sql: `insert into wants (tenant, order_id, sku, location, is_open)
            select distinct $2, substr($3, 7), g.sku, coalesce(g.location, ''), true
              from jsonb_to_recordset($1::jsonb) as g (sku text, location text) order by 3, 4
            on conflict (tenant, order_id, sku, location) do update set is_open = true`,
      parameters: [JSON.stringify(wants), tenant, fact.node],
    })
  }
  await db.transaction(statements)
}

/**
 * Marks the orders that a kept fact may change. In a statement after the commit of what it reads: of two facts that come at once,
 * the one that is committed later sees the other, and marks what both together concern.
 * @returns the orders, the first `most` of them
 */
export async function markOrders(
  { db, tenant }: Port,
  { fact, links, stock }: ToldFact,
  now: number,
  most: number,
): Promise<readonly string[]> {
  const nodes = [...new Set([fact.node, ...links.flatMap(({ from, to }) => [from, to])])]
  const named = fact.type === 'inventory.stockout.at-risk' ? (fact.data.orders ?? []) : []
  const common = [nodes, named, tenant, instantText(now)]
  const isOfStock = stock !== undefined && (await doesStockMatter({ db }, fact, stock.sku))
  const { rows } = await db.query<{ order_id: string }>(
    `with recursive ${concerned(isOfStock)}, marked as (
       insert into heads (tenant, order_id, told, folded, told_at)
       select $3, order_id, 1, 0, $4 from concerned order by order_id
       on conflict (tenant, order_id) do update
          set told = heads.told + 1,
              told_at = case when heads.told > heads.folded then heads.told_at else excluded.told_at end
       returning order_id
     )
     select order_id from marked order by order_id limit ${most + 1}`,
    isOfStock ? [...common, stock.sku, stock.location ?? null] : common,
  )
  return rows.map(({ order_id }) => order_id)
}

/** Orders by what leads to them, and by the stock that they want: of most facts there is none, and nothing of it is planned. */
function concerned(isOfStock: boolean): string {
  return `reached (node, way) as (
       select unnest($1::text[]), 0
       union
       select l.to_node, r.way + 1 from reached r join links l on l.from_node = r.node where r.way < ${LONGEST_WAY}
     ), concerned as (
       select substr(node, 7) as order_id from reached where node like 'order:%'
       union select unnest($2::text[])${isOfStock ? WANTING : ''}
     )`
}

const WANTING = `
       union select w.order_id from wants w
              where w.sku = $5 and ($6::text is null or w.location in ('', $6)) and w.is_open
       union select w.order_id from wants w join heads h on h.order_id = w.order_id and h.told > h.folded
              where w.sku = $5 and not w.is_open`

/** That goods came matters only where somebody warned before of their running out: receipts are many, warnings few. */
async function doesStockMatter(
  { db }: Pick<Port, 'db'>,
  fact: Fact,
  sku: string,
): Promise<boolean> {
  if (fact.type.startsWith('inventory.')) return true
  const { rowCount } = await db.query(
    `select 1 as warned from facts where sku = $1 and type = 'inventory.stockout.at-risk' limit 1`,
    [sku],
  )
  return rowCount > 0
}

/** What the fold does not read, and would only carry. */
const LEAN = `f.data - array['serials','defects','measured','documents','sampling']`

/** Facts of each of the orders (`$1`), by what leads to it; an order's own come without a link. */
export const FACTS_OF_ORDERS = `
with recursive reached (order_id, node, way) as (
  select o.id, 'order:' || o.id, 0 from unnest($1::text[]) as o (id)
  union
  select r.order_id, l.from_node, r.way + 1 from reached r join links l on l.to_node = r.node where r.way < ${LONGEST_WAY}
), nodes as (select distinct order_id, node from reached)
select n.order_id, f.fact, f.type, f.node, f.business_key,
       (extract(epoch from f.happened_at) * 1000)::float8 as happened_at,
       (extract(epoch from f.published_at) * 1000)::float8 as published_at,
       f.publisher, f.version, ${LEAN} as data
  from nodes n join facts f on f.node = n.node`

/**
 * The newest word of each kind about each stock of the items; older ones say nothing any more. One step down the index for each, by
 * hopping from place to place: an item has some places, and words by the ten thousand.
 */
export const STOCK_WORDS = `
with recursive kinds (sku, type) as (
  select s.sku, k.type from unnest($1::text[]) as s (sku) cross join unnest(array['inventory.stockout.at-risk',
    'inventory.suggestion.approved', 'inventory.stock.below-reorder-point', 'stock.receipt.created', 'quality.lot.released']) as k (type)
), places (sku, type, location) as (
  select k.sku, k.type, (select min(f.location) from facts f where f.sku = k.sku and f.type = k.type) from kinds k
  union all
  select p.sku, p.type, (select min(f.location) from facts f where f.sku = p.sku and f.type = p.type and f.location > p.location)
    from places p where p.location is not null
)
select w.* from (select sku, type, location from places where location is not null) p
 cross join lateral (${wordOf('f.location = p.location')}) w
union all
select w.* from kinds p cross join lateral (${wordOf('f.location is null')}) w`

function wordOf(place: string): string {
  return `select f.fact, f.type, f.node, f.business_key, (extract(epoch from f.happened_at) * 1000)::float8 as happened_at,
       (extract(epoch from f.published_at) * 1000)::float8 as published_at, f.publisher, f.version, ${LEAN} as data
  from facts f where f.sku = p.sku and f.type = p.type and ${place}
 order by f.happened_at desc, f.published_at desc, f.fact desc limit 1`
}

export interface FactRow {
  readonly order_id?: string
  readonly fact: string
  readonly type: string
  readonly node: string
  readonly business_key: string
  readonly happened_at: number
  readonly published_at: number
  readonly publisher: string
  readonly version: string | null
  readonly data: unknown
}

export function factOfRow(row: FactRow): Fact {
  return {
    ...{ fact: row.fact, type: row.type, node: row.node, businessKey: row.business_key },
    ...{ happenedAt: Math.round(row.happened_at), publishedAt: Math.round(row.published_at) },
    ...{ publisher: row.publisher, version: row.version, data: row.data },
  } as Fact
}
