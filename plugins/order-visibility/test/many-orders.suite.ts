import t from 'tap'
import { foldOrder } from '../src/projection/fold-order.ts'
import { loadOrders } from './support/load-orders.ts'
import { story } from './support/story.ts'
import { factsOf, told } from './support/told.ts'
import { visibilityHost } from './support/visibility-host.ts'

const visibility = await visibilityHost(t, { now: Date.UTC(2026, 10, 28) })
const { host, call, query } = visibility

/** As on a host: a role that sees the rows of one tenant, so that indexes that begin with the tenant are used as they are there. */
const role = `visibility_${process.pid}`
await query(`create role ${role}`, [])
const { rows: places } = await query('select current_schema() as schema', [])
const schema = String(Reflect.get(places[0] ?? {}, 'schema'))
await query(`grant usage on schema ${schema} to ${role}`, [])
const { rows: tables } = await query(
  'select tablename from pg_tables where schemaname = current_schema()',
  [],
)
for (const table of tables.map((row) => Reflect.get(row, 'tablename'))) {
  await query(`grant all on ${table} to ${role}`, [])
  await query(`alter table ${table} enable row level security`, [])
  await query(
    `create policy own on ${table} using (tenant = (select current_setting('visibility.tenant')))`,
    [],
  )
}
await query(`set visibility.tenant = 'acme'`, [])
const asHost = () => query('reset role', [])
const asPlugin = () => query(`set role ${role}`, [])
t.before(asPlugin)
t.teardown(async () => {
  await asHost()
  await query(`drop owned by ${role}`, [])
  await query(`drop role ${role}`, [])
})

const ORDERS = Number(process.env['REPLAY_ORDERS'] ?? 10_000)
const MILLION = Number(process.env['BOARD_ORDERS'] ?? 1_000_000)

/** Keeps what was told of orders as the handler keeps it, many at once, and marks them. */
async function keep(from: number, to: number, part: 0 | 1): Promise<void> {
  for (let first = from; first < to; first += 100) {
    const numbers = Array.from({ length: Math.min(100, to - first) }, (_, n) => first + n)
    const all = numbers.flatMap((n) => {
      const id = `SO-${String(n).padStart(6, '0')}`
      return story(id)
        .map(told)
        .filter((_, nth) => (nth * 7 + n) % 2 === part)
    })
    const facts = all.map(({ fact, source, stock }, nth) => ({
      ...fact,
      ...{
        source,
        eventId: `${first}-${part}-${nth}`,
        sku: stock?.sku ?? null,
        location: stock?.location ?? null,
      },
    }))
    await query(
      `insert into facts (tenant, fact, source, event_id, type, node, business_key, happened_at, published_at, publisher, version, sku, location, data)
       select 'acme', fact, source, "eventId", type, node, "businessKey", to_timestamp("happenedAt" / 1000), to_timestamp("publishedAt" / 1000),
              publisher, version, sku, location, data
         from jsonb_to_recordset($1::jsonb) as r (fact text, source text, "eventId" text, type text, node text, "businessKey" text,
              "happenedAt" float8, "publishedAt" float8, publisher text, version text, sku text, location text, data jsonb)
       on conflict (tenant, fact) do nothing`,
      [JSON.stringify(facts)],
    )
    await query(
      `insert into links (tenant, from_node, to_node) select distinct 'acme', "from", "to" from jsonb_to_recordset($1::jsonb)
         as r ("from" text, "to" text) on conflict do nothing`,
      [JSON.stringify(all.flatMap(({ links }) => links))],
    )
    await query(
      `insert into heads (tenant, order_id, told, folded, told_at) select 'acme', o, 1, 0, now() from unnest($1::text[]) as o
       on conflict (tenant, order_id) do update set told = heads.told + 1`,
      [numbers.map((n) => `SO-${String(n).padStart(6, '0')}`)],
    )
  }
}

async function foldAll(): Promise<void> {
  for (let run = 0; run < 10_000; run++) {
    await host.runJob('fold', {})
    if ((await call('rebuildState'))['behind'] === 0) return
  }
}

/** A run of the job ends by the clock, and this one stands still: so many at once are well within its deadline. */
const FOLDED_AT_ONCE = 100

async function keepAndFold(part: 0 | 1): Promise<void> {
  for (let from = 0; from < ORDERS; from += FOLDED_AT_ONCE) {
    await keep(from, Math.min(ORDERS, from + FOLDED_AT_ONCE), part)
    await foldAll()
  }
}

const digests = async () =>
  (
    await query(
      'select order_id, stage, path, digest from orders where generation = (select live from generations) order by 1',
      [],
    )
  ).rows

t.test(
  `${ORDERS} orders, told in two parts, replayed: every row is as it was`,
  { timeout: 1_200_000 },
  async (t) => {
    await keepAndFold(0)
    await keepAndFold(1)
    let [checked, cursor]: [number, string | undefined] = [0, undefined]
    do {
      const page: Record<string, unknown> = await call('checkReplay', {
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      })
      t.strictSame(page['differing'], [])
      checked += Number(page['checked'])
      cursor = page['next'] as string | undefined
    } while (cursor !== undefined)
    t.equal(checked, ORDERS)
    const live = await digests()
    const began = performance.now()
    await call('rebuild')
    for (let run = 0; run < 10_000 && (await call('rebuildState'))['state'] !== 'finished'; run++)
      await host.advance(1000)
    t.comment(`rebuilt in ${Math.round(performance.now() - began)} ms`)
    t.strictSame(await digests(), live)
  },
)

t.test(`reads of ${MILLION} orders`, { timeout: 1_200_000 }, async (t) => {
  await asHost()
  await visibility.empty()
  const view = foldOrder('SO-1', factsOf('SO-1', story('SO-1').map(told)))
  await loadOrders(query, MILLION, view ?? {})
  await asPlugin()
  const measure = async (
    name: string,
    most: number,
    read: (nth: number) => Promise<unknown>,
    times = 100,
  ) => {
    const took: number[] = []
    for (let nth = 0; nth < times; nth++) {
      const began = performance.now()
      await read(nth)
      took.push(performance.now() - began)
    }
    took.sort((a, b) => a - b)
    const p95 = took[Math.floor(times * 0.95)] ?? 0
    t.comment(`${name}: p50 ${(took[times >> 1] ?? 0).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
    t.ok(p95 <= most, name)
  }
  const number = (nth: number) => `SO-${String(1 + ((nth * 7919) % MILLION)).padStart(8, '0')}`
  await measure('order', 100, (nth) => call('order', { orderId: number(nth) }))
  await measure('board', 100, () => call('board', {}))
  await measure('board of a stage', 100, () => call('board', { stage: 'released' }))
  await measure('board of an end', 100, () => call('board', { stage: 'completed' }))
  await measure('board at risk', 100, () => call('board', { atRisk: true }))
  await measure('board of a customer', 100, () => call('board', { customer: 'C6' }))
  await measure(
    'flow of a month',
    3000,
    () => call('flow', { from: '2026-03-01', to: '2026-03-31' }),
    3,
  )
})
