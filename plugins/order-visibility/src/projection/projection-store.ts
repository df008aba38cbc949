import type { Context, EventWish, Statement } from '@signalbox/sdk'
import type { Fact } from '../facts/fact.ts'
import { FACTS_OF_ORDERS, type FactRow, factOfRow, STOCK_WORDS } from '../facts/facts-store.ts'
import type { UsualStays } from '../promises/usual-stays.ts'
import { USUAL_STAYS, type UsualRow, usualOfRows } from '../promises/usual-stays-store.ts'
import type { Stage } from '../stages/stages.ts'
import { instantText } from '../time/instant.ts'
import { LIVE } from './live-generation.ts'
import type { FoldedRow, JudgedRow, StayRow } from './order-row.ts'

type Port = Pick<Context, 'db' | 'tenant'>
type Writer = Pick<Context, 'db' | 'tenant' | 'arm'>

interface Generations {
  readonly live: number
  readonly shadow: number | null
}

/** The row that is shown now, as far as the next one is compared with it. */
export interface KnownRow {
  readonly order_id: string
  readonly stage: Stage
  readonly digest: string
  readonly is_known: boolean
  readonly is_open: boolean
  readonly is_at_risk: boolean
  readonly on_time: number | null
  readonly digests: Readonly<Record<string, string>>
  readonly revision: number
}

/** How often an order was told of, and up to which telling its view has come. */
export interface Head {
  readonly told: number
  readonly folded: number
}

/** All that folding some orders takes, as of one moment that is not before `told`. */
export interface FoldInput {
  readonly generations: Generations
  readonly heads: ReadonlyMap<string, Head>
  readonly known: ReadonlyMap<string, KnownRow>
  readonly facts: ReadonlyMap<string, readonly Fact[]>
  readonly usual: UsualStays
}

/** How far orders were told of is read first: what came since shows when the rows are written. */
export async function readForFold({ db }: Port, orders: readonly string[]): Promise<FoldInput> {
  const [heads, generations, known, facts, usual] = await db.transaction<
    [Head & { order_id: string }, Generations, KnownRow, FactRow, UsualRow]
  >([
    {
      sql: `select order_id, told::float8 as told, folded::float8 as folded from heads
             where order_id = any($1::text[])`,
      parameters: [orders],
    },
    { sql: 'select live, shadow from generations' },
    {
      sql: `select order_id, stage, digest, digests, is_known, is_open, is_at_risk, on_time, revision::float8 as revision
              from orders where order_id = any($1::text[]) and generation = ${LIVE}`,
      parameters: [orders],
    },
    { sql: FACTS_OF_ORDERS, parameters: [orders] },
    USUAL_STAYS,
  ])
  return {
    generations: generations.rows[0] ?? { live: 1, shadow: null },
    heads: new Map(heads.rows.map(({ order_id, ...head }) => [order_id, head])),
    known: new Map(known.rows.map((row) => [row.order_id, row])),
    facts: factsByOrder(facts.rows),
    usual: usualOfRows(usual.rows),
  }
}

export function factsByOrder(rows: readonly FactRow[]): ReadonlyMap<string, readonly Fact[]> {
  const byOrder = new Map<string, Fact[]>()
  for (const row of rows) {
    const order = row.order_id ?? ''
    const known = byOrder.get(order)
    if (known === undefined) byOrder.set(order, [factOfRow(row)])
    else known.push(factOfRow(row))
  }
  return byOrder
}

/** The newest words about stocks of the items. */
export async function readStockWords(
  { db }: Port,
  skus: readonly string[],
): Promise<readonly Fact[]> {
  if (skus.length === 0) return []
  const { rows } = await db.query<FactRow>(STOCK_WORDS, [skus])
  return rows.map(factOfRow)
}

export interface OrderWrite {
  readonly row: FoldedRow & JudgedRow & { readonly is_at_risk: boolean; readonly revision: number }
  readonly stays: readonly StayRow[]
  readonly wants: readonly { readonly sku: string; readonly location: string }[]
  readonly head: Head
  /** The stage in which it was counted until now, if it was. */
  readonly before: Stage | undefined
}

const COLUMNS = `order_id text, customer text, stage text, stage_since timestamptz, is_open boolean, is_known boolean, placed_at timestamptz,
  promised_at timestamptz, paid_at timestamptz, path text, as_of timestamptz, view jsonb, digest text, digests jsonb, revision bigint,
  expected_at timestamptz, on_time double precision, is_at_risk boolean, due_at timestamptz, blocker jsonb, judged_at timestamptz,
  next_judgement_at timestamptz`
const NAMES = COLUMNS.replace(/ (text|timestamptz|boolean|jsonb|bigint|double precision)/g, '')
  .split(',')
  .map((name) => name.trim())

const UPSERT = `
insert into orders (tenant, generation, ${NAMES.join(', ')})
select $2, g.generation, ${NAMES.map((name) => `r.${name}`).join(', ')}
  from jsonb_to_recordset($1::jsonb) as r (${COLUMNS}) cross join unnest($3::int[]) as g (generation)
 order by r.order_id, g.generation
on conflict (tenant, generation, order_id) do update
   set ${NAMES.filter((name) => name !== 'order_id')
     .map((name) => `${name} = excluded.${name}`)
     .join(', ')}`

/** Slots of a count, so that orders that end at once seldom wait for each other. */
const SLOTS = 16

/**
 * Writes orders into the generations, all or none, with the events that tell of it.
 * @throws CORE_SQL_ROWS_UNEXPECTED where somebody else has folded one since it was read
 */
export async function writeOrders(
  { db, tenant, arm }: Writer,
  writes: readonly OrderWrite[],
  { live, shadow }: Generations,
  events: readonly EventWish[],
): Promise<void> {
  const generations = shadow === null ? [live] : [live, shadow]
  const statements = [
    ...generationStatements(tenant, { live, shadow }),
    foldedStatement(arm, writes),
    ...rowStatements(tenant, writes, generations),
    ...countStatements(tenant, writes, live),
  ]
  await db.transaction(statements, { events })
}

/**
 * Holds the generations as they were read until the commit: a switch waits for who writes, and who comes after it reads anew. By a
 * lock that the progress of a rebuild does not wait for: it holds heads by then that a writer wants next, and each would wait for the
 * other.
 */
function generationStatements(tenant: string, { live, shadow }: Generations): Statement[] {
  return [
    {
      sql: `insert into generations (tenant, live, done) values ($1, 1, 0) on conflict (tenant) do nothing`,
      parameters: [tenant],
    },
    {
      sql: 'select live from generations where live = $1 and shadow is not distinct from $2 for key share',
      parameters: [live, shadow],
      rows: 1,
    },
  ]
}

/** Only the shadow: the live rows are somebody else's, and only that nothing came since is looked at. */
export async function writeShadow(
  { db, tenant, arm }: Writer,
  writes: readonly OrderWrite[],
  shadow: number,
  then: Statement,
): Promise<void> {
  await db.transaction([
    {
      sql: `update heads set by_canary = heads.by_canary or $2::boolean from jsonb_to_recordset($1::jsonb) as g (order_id text, told bigint)
             where heads.order_id = g.order_id and heads.told = g.told`,
      parameters: [headsJson(writes), arm === 'canary'],
      rows: writes.length,
    },
    ...rowStatements(tenant, writes, [shadow]),
    then,
  ])
}

/**
 * That orders were folded, of two who read the same by the first: the other would count their stages twice. What was told meanwhile
 * is no hindrance: the order is behind still, and whoever was told folds it next.
 */
export function foldedStatement(arm: Context['arm'], writes: readonly Folded[]): Statement {
  return {
    sql: `update heads set folded = g.told, by_canary = $2 from jsonb_to_recordset($1::jsonb) as g (order_id text, told bigint, folded bigint)
           where heads.order_id = any($3::text[]) and heads.order_id = g.order_id and heads.folded = g.folded and heads.folded < g.told`,
    parameters: [headsJson(writes), arm === 'canary', writes.map(({ row }) => row.order_id)],
    rows: writes.length,
  }
}

interface Folded {
  readonly row: { readonly order_id: string }
  readonly head: Head
}

function headsJson(writes: readonly Folded[]): string {
  return JSON.stringify(writes.map(({ row, head }) => ({ order_id: row.order_id, ...head })))
}

function rowStatements(
  tenant: string,
  writes: readonly OrderWrite[],
  generations: readonly number[],
): Statement[] {
  const ids = writes.map(({ row }) => row.order_id)
  const stays = writes.flatMap((write) => write.stays)
  const wants = writes.flatMap(({ row, wants: open }) =>
    open.map((want) => ({ order_id: row.order_id, ...want })),
  )
  return [
    {
      sql: UPSERT,
      parameters: [JSON.stringify(writes.map(({ row }) => row)), tenant, generations],
    },
    {
      sql: 'delete from stays where generation = any($1::int[]) and order_id = any($2::text[])',
      parameters: [generations, ids],
    },
    {
      sql: `insert into stays (tenant, generation, order_id, nth, stage, next_stage, customer, entered_at, left_at, left_before, went_before)
            select $2, g.generation, r.order_id, r.nth, r.stage, r.next_stage, r.customer, r.entered_at, r.left_at, r.left_before, r.went_before
              from jsonb_to_recordset($1::jsonb) as r (order_id text, nth int, stage text, next_stage text, customer text,
                   entered_at timestamptz, left_at timestamptz, left_before timestamptz, went_before timestamptz) cross join unnest($3::int[]) as g (generation)`,
      parameters: [JSON.stringify(stays), tenant, generations],
    },
    {
      sql: `update wants set is_open = w.is_open
              from (select o.order_id, o.sku, o.location, exists (select from jsonb_to_recordset($1::jsonb)
                           as g (order_id text, sku text, location text)
                     where g.order_id = o.order_id and g.sku = o.sku and g.location = o.location) as is_open
                      from wants o where o.order_id = any($2::text[])) w
             where wants.order_id = w.order_id and wants.sku = w.sku and wants.location = w.location
               and wants.is_open <> w.is_open`,
      parameters: [JSON.stringify(wants), ids],
    },
  ]
}

/** Stages that orders came to and left; in one order of rows, so that two transactions wait instead of locking each other out. */
function countStatements(
  tenant: string,
  writes: readonly OrderWrite[],
  generation: number,
): Statement[] {
  const moves = writes.flatMap(({ row, before }) => {
    const after = row.is_known ? row.stage : undefined
    if (before === after) return []
    const slot = slotOf(row.order_id)
    return [
      ...(before === undefined ? [] : [{ stage: before, slot, orders: -1 }]),
      ...(after === undefined ? [] : [{ stage: after, slot, orders: 1 }]),
    ]
  })
  if (moves.length === 0) return []
  return [
    {
      sql: `insert into stage_counts (tenant, generation, stage, slot, orders)
            select $2, $3, r.stage, r.slot, sum(r.orders) from jsonb_to_recordset($1::jsonb) as r (stage text, slot int, orders bigint)
             group by r.stage, r.slot order by r.stage, r.slot
            on conflict (tenant, generation, stage, slot) do update set orders = stage_counts.orders + excluded.orders`,
      parameters: [JSON.stringify(moves), tenant, generation],
    },
  ]
}

function slotOf(orderId: string): number {
  let sum = 0
  for (let at = 0; at < orderId.length; at++) sum = (sum * 31 + orderId.charCodeAt(at)) % 65_536
  return sum % SLOTS
}

/** Orders that are behind, those that wait longest first. */
export async function ordersBehind({ db }: Port, limit: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ order_id: string }>(
    'select order_id from heads where told > folded order by told_at limit $1',
    [limit],
  )
  return rows.map(({ order_id }) => order_id)
}

/** Marks orders whose judgement time may have changed. @returns how many */
export async function markDue({ db }: Port, now: number, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `update heads set told = told + 1, told_at = case when told > folded then told_at else $1::timestamptz end
      where order_id in (select o.order_id from orders o
              where o.generation = ${LIVE} and o.next_judgement_at <= $1::timestamptz
              order by o.next_judgement_at limit $2)`,
    [instantText(now), limit],
  )
  return rowCount
}

/** Marks orders that a version under trial folded last. @returns how many */
export async function markFoldedByCanary(
  { db }: Port,
  now: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update heads set told = told + 1, by_canary = false, told_at = case when told > folded then told_at else $1::timestamptz end
      where order_id in (select order_id from heads where by_canary order by order_id limit $2)`,
    [instantText(now), limit],
  )
  return rowCount
}
