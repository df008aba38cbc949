import type { SqlValue } from '@signalbox/sdk'
import type { Place } from '../calls/page-place.ts'
import type { LaterLot } from './effectiveness.ts'
import type { State } from './lifecycle.ts'
import type { Nonconformity } from './nonconformity.ts'
import type { LogEntry, StorePort } from './nonconformity-store.ts'

export interface ListFilter {
  readonly state?: State
  readonly supplier?: string
  readonly item?: string
  readonly lot?: string
  readonly severity?: Nonconformity['severity']
  readonly owner?: string
  readonly overdue?: boolean
}

export interface Card {
  readonly id: string
  readonly number: string
  readonly state: State
  readonly severity: Nonconformity['severity']
  readonly title: string
  readonly lot: string | null
  readonly item: string | null
  readonly supplier: string | null
  readonly owner: string | null
  readonly openedAt: string
  readonly revision: number
  /** Steps of the 8D report that are over, and of how many; null without one. */
  readonly stepsDone: number | null
  readonly dueAt: string | null
  readonly overdue: boolean
}

const columns = `n.id, n.number, n.state, n.severity, n.title, n.lot, n.item, n.supplier, n.owner,
  n.opened_at as "openedAt", n.revision,
  case when n.eight_d then (select count(*) from eight_d_steps s
    where s.tenant = n.tenant and s.nonconformity = n.id and s.state <> 'open') end as "stepsDone",
  due.at as "dueAt", coalesce(due.at <= $2, false) as overdue`

/** The next end of a step, of what is not over. */
const due = `left join lateral (select min(s.due_at) as at from eight_d_steps s
  where s.tenant = n.tenant and s.nonconformity = n.id and s.state = 'open'
    and n.state in ('acting', 'verifying')) due on true`

/** Newest first. */
export async function listCards(
  { db, tenant }: StorePort,
  filter: ListFilter,
  page: {
    readonly now: string
    readonly limit: number
    readonly after?: Place
  },
): Promise<readonly Card[]> {
  const { state, supplier, item, lot, severity, owner, overdue } = filter
  const { at = null, id = null } = page.after ?? {}
  const { rows } = await db.query<Card>(
    `select ${columns} from nonconformities n ${due}
     where n.tenant = $1 and ($3::text is null or n.state = $3) and ($4::text is null or n.supplier = $4)
       and ($5::text is null or n.item = $5) and ($6::text is null or n.lot = $6)
       and ($7::text is null or n.severity = $7) and ($8::text is null or n.owner = $8)
       and ($9::boolean is null or coalesce(due.at <= $2, false) = $9)
       and ($10::timestamptz is null or (n.opened_at, n.id) < ($10, $11))
     order by n.opened_at desc, n.id desc limit $12`,
    [
      ...[tenant, page.now, state ?? null, supplier ?? null, item ?? null, lot ?? null],
      ...[severity ?? null, owner ?? null, overdue ?? null, at, id, page.limit],
    ],
  )
  return rows
}

/** Of each state, how many there are. */
export async function countStates({ db, tenant }: StorePort): Promise<ReadonlyMap<State, number>> {
  const { rows } = await db.query<{ state: State; count: number }>(
    'select state, count(*) as count from nonconformities where tenant = $1 group by state',
    [tenant],
  )
  return new Map(rows.map(({ state, count }) => [state, Number(count)]))
}

/**
 * Those of the same supplier, item and defect that were found at most `days` before: the same trouble come back. Found by
 * when they were opened, not by when they were heard of, so that late news change nothing.
 */
export async function findAlike(
  { db, tenant }: StorePort,
  one: Pick<Nonconformity, 'id' | 'supplier' | 'item' | 'defect' | 'openedAt'>,
  days: number,
): Promise<readonly { readonly id: string; readonly number: string; readonly openedAt: string }[]> {
  const { id, supplier, item, defect, openedAt } = one
  if (supplier === null || item === null) return []
  const { rows } = await db.query<{ id: string; number: string; openedAt: string }>(
    `select id, number, opened_at as "openedAt" from nonconformities
     where tenant = $1 and supplier = $2 and item = $3 and defect is not distinct from $4::text and state <> 'cancelled'
       and opened_at >= $5::timestamptz - $6 * interval '1 day' and (opened_at, id) < ($5::timestamptz, $7)
     order by opened_at desc, id desc limit 50`,
    [tenant, supplier, item, defect, openedAt, days, id],
  )
  return rows
}

/** Lots of the same supplier and item that were decided since, whole; the first of them, as the verdict goes by those. */
export async function findLaterLots(
  { db, tenant }: StorePort,
  { supplier, item, verification: { since } }: Nonconformity,
): Promise<readonly LaterLot[]> {
  if (supplier === null || item === null || since === null) return []
  // A lot counts by its last decision, and once its verdict is there.
  const { rows } = await db.query<LaterLot>(
    `select lot, "decidedAt", accepted, defects from (
       select distinct on (inspection) lot, decided_at as "decidedAt", lot_accepted as accepted, defects
       from supplier_decisions
       where tenant = $1 and supplier = $2 and item = $3 and decided_at > $4 and lot_accepted is not null
       order by inspection, decided_at desc, decision desc) later
     order by "decidedAt", lot limit 1000`,
    [tenant, supplier, item, since],
  )
  return rows
}

export async function findLog(
  { db, tenant }: StorePort,
  id: string,
): Promise<readonly (LogEntry & { readonly revision: number })[]> {
  const { rows } = await db.query<LogEntry & { revision: number }>(
    `select revision, at, by, command, details from nonconformity_log
     where tenant = $1 and nonconformity = $2 order by revision desc limit 100`,
    [tenant, id] satisfies SqlValue[],
  )
  return rows
}
