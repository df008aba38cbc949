import type { Knex } from 'knex'
import { recordChange } from '../../audit/change.ts'
import type { Quota, QuotaPeriod } from './quota-period.ts'

/** Whose quota, and of which period. */
export interface QuotaAccount extends Quota, Pick<QuotaPeriod, 'startsAt'> {
  readonly subscription: string
  readonly tenant: string
}

export interface QuotaLease {
  readonly granted: number
  /** Of the whole quota, handed out to all nodes. */
  readonly used: number
}

/** Whoever waits longer is told that nobody knows. */
const LEASE_MS = 2000

/** A hundredth of what is left, for all nodes together: the last hundred are handed out one by one. */
const LEASE_SHARE = 0.01

/** More at once would be much to lose with a node, however large the quota. */
const MAX_LEASE = 10_000

/** Of which an app is told, in percent. */
const thresholds = [80, 100] as const

/**
 * Hands a piece of a quota to a node, at least as much as wait for it and never more than is left. Whatever becomes of the
 * node, the piece counts as used: a quota is never exceeded. A threshold is told in the transaction that crosses it, once.
 */
export async function leaseQuota(
  knex: Knex,
  account: QuotaAccount,
  { waiting, nodes }: { readonly waiting: number; readonly nodes: number },
): Promise<QuotaLease> {
  const { subscription, per, count } = account
  const startsAt = new Date(account.startsAt)
  return knex.transaction(async (trx) => {
    const { rows } = await trx
      .raw<{ rows: LeasedRow[] }>(
        `insert into quota_periods as q (subscription, per, starts_at, used, granted)
         select :subscription::text, :per::text, :startsAt::timestamptz, piece, piece
           from (select least(:count::bigint, greatest(:waiting::bigint, least(:most::bigint, floor(:count::bigint * :share::float8 / :nodes::float8)::bigint))) as piece) first
         on conflict (subscription, per, starts_at) do update set (used, granted) = (
           select q.used + piece, piece from (
             select greatest(0, least(:count::bigint - q.used,
                      greatest(:waiting::bigint, least(:most::bigint, floor((:count::bigint - q.used) * :share::float8 / :nodes::float8)::bigint)))) as piece
           ) next)
         returning used, granted, told_80_of, told_100_of`,
        {
          ...{ subscription, per, startsAt, count, waiting, nodes },
          ...{ share: LEASE_SHARE, most: MAX_LEASE },
        },
      )
      .timeout(LEASE_MS)
    const [row] = rows
    if (row === undefined) throw new Error('a lease of a quota was not written')
    const used = Number(row.used)
    await tellOfThresholds(trx, { ...account, used }, row)
    return { granted: Number(row.granted), used }
  })
}

interface LeasedRow {
  readonly used: string
  readonly granted: string
  readonly told_80_of: string
  readonly told_100_of: string
}

async function tellOfThresholds(
  trx: Knex.Transaction,
  account: QuotaAccount & { readonly used: number },
  row: LeasedRow,
): Promise<void> {
  const { subscription, tenant, per, startsAt, count, used } = account
  for (const threshold of thresholds) {
    const column = `told_${threshold}_of` as const
    if (used * 100 < count * threshold || Number(row[column]) === count) continue
    await trx('quota_periods')
      .where({ subscription, per, starts_at: new Date(startsAt) })
      .update({ [column]: count })
    const detail = { threshold, per, periodStart: new Date(startsAt).toISOString(), count, used }
    const change = { action: 'quota.threshold', subject: subscription, actor: 'host' }
    await recordChange(trx, { ...change, tenant, traceId: null, detail }, null)
  }
}

/** What a node took and did not spend. */
export async function returnQuota(knex: Knex, account: QuotaAccount, rest: number): Promise<void> {
  const { subscription, per } = account
  await knex('quota_periods')
    .where({ subscription, per, starts_at: new Date(account.startsAt) })
    .update({ used: knex.raw('greatest(0, used - ?)', [rest]) })
    .timeout(LEASE_MS)
}

/** Periods that are over for long: usage has figures of its own. */
export async function forgetQuotas(knex: Knex): Promise<void> {
  await knex.raw("delete from quota_periods where starts_at < now() - interval '100 days'")
}
