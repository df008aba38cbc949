/** Days before its end at which a contract is told of. */
const NOTICE_DAYS = [90, 30, 7] as const

export interface NoticeWish {
  readonly contract: string
  readonly envelope: string
  readonly title: string
  readonly owner: string | null
  readonly endsOn: string
  readonly days: number
  readonly daysLeft: number
}

/**
 * Of each contract the narrowest notice that its end is within, unless that one was told: a host that was away for a month
 * tells what is true now, and not three things at once. A contract whose end was moved is told of anew.
 */
export const noticesDue = {
  sql: `select c.contract, c.envelope, c.title, c.owner, to_char(c.ends_on, 'YYYY-MM-DD') as "endsOn", n.days,
      (c.ends_on - $2::date) as "daysLeft"
    from contracts c
    cross join lateral (
      select min(days) as days from unnest(array[${NOTICE_DAYS.join(', ')}]) as d (days) where c.ends_on - $2::date <= days
    ) n
    where c.tenant = $1 and c.ends_on >= $2::date and n.days is not null
      and not exists (select from contract_notices t
        where t.tenant = c.tenant and t.contract = c.contract and t.ends_on = c.ends_on and t.days = n.days)
    order by c.ends_on, c.contract limit $3`,
} as const
