import type { Context, EventWish } from '@signalbox/sdk'
import { DAY_MS } from '../calendar/days.ts'
import { isOutrun } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import type { StepId } from './eight-d-steps.ts'
import {
  type NonconformitySettings,
  nonconformitySettings,
  type QualityConfig,
} from './nonconformity-settings.ts'
import type { StorePort } from './nonconformity-store.ts'

type SchedulePort = StorePort & Pick<Context<QualityConfig>, 'config' | 'now' | 'jobs' | 'log'>

/** What ends, with the level that was told of it. */
const ends = `select s.step, null as request, s.round, s.owner, s.due_at, s.overdue_level from eight_d_steps s
    where s.tenant = n.tenant and s.nonconformity = n.id and s.state = 'open'
  union all
  select 'SCAR', r.id, r.round, n.owner, r.due_at, r.overdue_level from supplier_requests r
    where r.tenant = n.tenant and r.nonconformity = n.id and r.state = 'issued'`

/**
 * Has the look for what is overdue run at the next instant at which something ends: one schedule for the tenant, moved with
 * each change. Only a hint: the hourly look finds what a failure here leaves out.
 */
export async function scheduleNextLook(ctx: SchedulePort): Promise<void> {
  const { db, tenant, jobs, log } = ctx
  const { escalateAfterDays } = nonconformitySettings(ctx.config)
  try {
    const { rows } = await db.query<{ at: string | null }>(
      `select min(due.due_at + case due.overdue_level when 0 then 0 else $3 end * interval '1 day') as at
       from nonconformities n join lateral (${ends}) due on true
       where n.tenant = $1 and n.state in ('open', 'dispositioned', 'acting', 'verifying') and due.overdue_level < 2
         and due.due_at + case due.overdue_level when 0 then 0 else $3 end * interval '1 day' > $2::timestamptz`,
      [tenant, nowText(ctx), escalateAfterDays],
    )
    const at = rows[0]?.at ?? null
    if (at === null) await jobs.cancel(NEXT_LOOK)
    else await jobs.schedule('eight-d-due', { at: Date.parse(at), key: NEXT_LOOK })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    log.warn('no look at the instant at which the next step ends', { code: code ?? message })
  }
}

const NEXT_LOOK = 'next-look'

interface DueRow {
  readonly nonconformity: string
  readonly number: string
  readonly title: string
  readonly supplier: string | null
  /** `SCAR` for an answer that a supplier owes. */
  readonly step: StepId | 'SCAR'
  readonly request: string | null
  readonly round: number
  readonly owner: string | null
  readonly due_at: string
  readonly overdue_level: number
}

/** Of one look: each is a transaction and a message, and a call makes 200 host calls at most. */
const BATCH = 50

type LookPort = SchedulePort & Pick<Context, 'notify'>

/**
 * Tells once of each step that ended without being done, and once more, higher up, when days went by. What is more than one
 * look tells of, the next one does, at once.
 */
export async function tellOverdue(ctx: LookPort): Promise<void> {
  const settings = nonconformitySettings(ctx.config)
  const rows = await findOverdue(ctx, settings)
  for (const row of rows) await markTold(ctx, row, settings)
  if (rows.length < BATCH) await scheduleNextLook(ctx)
  else await ctx.jobs.schedule('eight-d-due', { afterMs: 100, key: NEXT_LOOK })
}

async function findOverdue(
  { db, tenant, now }: LookPort,
  { escalateAfterDays }: NonconformitySettings,
): Promise<readonly DueRow[]> {
  const { rows } = await db.query<DueRow>(
    `select n.id as nonconformity, n.number, n.title, n.supplier, due.*
     from nonconformities n join lateral (${ends}) due on true
     where n.tenant = $1 and n.state in ('open', 'dispositioned', 'acting', 'verifying')
       and (due.overdue_level = 0 and due.due_at <= $2::timestamptz
         or due.overdue_level = 1 and due.due_at <= $2::timestamptz - $3 * interval '1 day')
     order by due.due_at, n.id, due.step limit ${BATCH}`,
    [tenant, new Date(now()).toISOString(), escalateAfterDays],
  )
  return rows
}

/** Where another run has told of it, nothing. */
async function markTold(
  ctx: LookPort,
  row: DueRow,
  settings: NonconformitySettings,
): Promise<void> {
  const level = levelOf(row, ctx.now(), settings)
  const mark =
    row.request === null
      ? `update eight_d_steps set overdue_level = $5
           where tenant = $1 and nonconformity = $2 and step = $3 and round = $4 and state = 'open' and overdue_level < $5`
      : `update supplier_requests set overdue_level = $5
           where tenant = $1 and nonconformity = $2 and id = $3 and round = $4 and state = 'issued' and overdue_level < $5`
  const parameters = [ctx.tenant, row.nonconformity, row.request ?? row.step, row.round, level]
  try {
    await ctx.db.transaction([{ sql: mark, parameters, rows: 1 }], {
      events: [overdueEvent(row, level, ctx.now())],
    })
  } catch (error) {
    if (isOutrun(error)) return
    throw error
  }
  await remind(ctx, row, level, settings)
}

function daysOverdue({ due_at }: DueRow, now: number): number {
  return Math.floor((now - Date.parse(due_at)) / DAY_MS)
}

/** 1: its owner; 2: who stands above. What nobody looked at for long goes up at once. */
function levelOf(row: DueRow, now: number, { escalateAfterDays }: NonconformitySettings): number {
  return daysOverdue(row, now) >= escalateAfterDays ? 2 : 1
}

function overdueEvent(row: DueRow, level: number, now: number): EventWish {
  const { nonconformity, step, owner, supplier, due_at, round, request } = row
  return {
    type: 'quality.eight-d.overdue',
    key: nonconformity,
    id: `overdue:${nonconformity}:${request ?? step}:${round}:${level}`,
    data: {
      ...{ nonconformity, step, dueAt: due_at, daysOverdue: daysOverdue(row, now), level },
      ...(owner === null ? {} : { owner }),
      ...(supplier === null ? {} : { supplier }),
      at: new Date(now).toISOString(),
    },
  }
}

/** A message to who is due, where the tenant said how to reach him. That it fails changes nothing of what is told by event. */
async function remind(
  { notify, log }: LookPort,
  row: DueRow,
  level: number,
  { contacts, escalation }: NonconformitySettings,
): Promise<void> {
  const owner = contacts.find((one) => one.owner === row.owner)
  const above = owner?.escalation ?? escalation
  const told = level === 1 ? owner : contacts.find((one) => one.owner === above)
  if (told?.address === undefined) return
  const subject = `${row.number} ${row.step}: overdue · 已逾期`
  const text = [
    `${row.number} (${row.title}): ${row.step} was due at ${row.due_at}.`,
    `${row.number}（${row.title}）：${row.step} 应于 ${row.due_at} 前完成。`,
  ].join('\n')
  try {
    await notify.send({ channel: 'mail', to: [told.address], subject, text })
  } catch (error) {
    log.info('nobody was reminded', { code: (error as { code?: string }).code ?? null })
  }
}
