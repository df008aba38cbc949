import type { Context, Statement } from '@signalbox/sdk'
import type { Place } from '../calls/cursor.ts'
import type { Shipment } from '../shipments/shipment.ts'

type Port = Pick<Context, 'db'>

export interface KeptException {
  readonly exception: string
  readonly shipment: string
  readonly kind: string
  readonly owner?: string
  readonly text: { readonly en: string; readonly 'zh-CN': string }
  readonly openedAtMs: number
  readonly closedAtMs?: number
  readonly resolution?: string
}

export interface ExceptionFilter {
  readonly owner?: string
  readonly kind?: string
  readonly shipment?: string
  /** Absent: both. */
  readonly open?: boolean
  readonly after?: Place
  readonly limit: number
}

interface Row {
  readonly exception: string
  readonly shipment: string
  readonly kind: string
  readonly owner: string | null
  readonly text: KeptException['text']
  readonly opened_at_ms: string
  readonly closed_at_ms: string | null
  readonly resolution: string | null
}

const columns =
  'e.exception, e.shipment, e.kind, e.owner, e.text, e.opened_at_ms, e.closed_at_ms, e.resolution'

/** The newest first. */
export async function listExceptions(
  { db }: Port,
  {
    owner = null,
    kind = null,
    shipment = null,
    open = null,
    after,
    limit,
  }: Nullable<ExceptionFilter>,
): Promise<readonly KeptException[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from exceptions e
      where ($1::text is null or e.owner = $1) and ($2::text is null or e.kind = $2)
        and ($3::text is null or e.shipment = $3) and ($4::boolean is null or (e.closed_at_ms is null) = $4)
        and ($5::bigint is null or (e.opened_at_ms, e.exception) < ($5, $6))
      order by e.opened_at_ms desc, e.exception desc limit $7`,
    [owner, kind, shipment, open, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows.map(exceptionOf)
}

export async function findException({ db }: Port, exception: string) {
  const { rows } = await db.query<
    Row & { orders: readonly string[]; purchase_order: string | null }
  >(
    `select ${columns}, coalesce(h.orders, '{}') as orders, h.purchase_order
       from exceptions e left join shipments h on h.tenant = e.tenant and h.shipment = e.shipment where e.exception = $1`,
    [exception],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const of: Pick<Shipment, 'shipment' | 'orders' | 'purchaseOrder'> = {
    shipment: row.shipment,
    orders: row.orders,
    ...(row.purchase_order === null ? {} : { purchaseOrder: row.purchase_order }),
  }
  return { ...exceptionOf(row), of }
}

export function settle(wish: {
  readonly exception: string
  readonly resolution: string
  readonly by: string
  readonly nowMs: number
}): readonly Statement[] {
  return [
    {
      sql: `update exceptions set closed_at_ms = $2, resolution = $3, closed_by = $4
             where exception = $1 and closed_at_ms is null`,
      parameters: [wish.exception, wish.nowMs, wish.resolution, wish.by],
      rows: 1,
    },
  ]
}

type Nullable<Wish> = {
  readonly [Name in keyof Wish]: Wish[Name] | (undefined extends Wish[Name] ? null : never)
}

function exceptionOf(row: Row): KeptException {
  const { exception, shipment, kind, owner, text, resolution } = row
  return {
    ...{ exception, shipment, kind, text, openedAtMs: Number(row.opened_at_ms) },
    ...(owner === null ? {} : { owner }),
    ...(row.closed_at_ms === null ? {} : { closedAtMs: Number(row.closed_at_ms) }),
    ...(resolution === null ? {} : { resolution }),
  }
}
