import type { Knex } from 'knex'
import { terminalStates } from '../rollout/rollout-states.ts'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { ClaimPlan, EndPlan } from './run-plan.ts'
import type { Run, RunEnd, Schedule } from './schedule.ts'
import { type ScheduleEvent, stateAfter } from './schedule-states.ts'
import { dateOf, msOf, scheduleOf } from './schedule-store.ts'
import { addToTallies, type TallyChange } from './tally-store.ts'

export interface ClaimQuery {
  readonly now: number
  /** Most runs that this node takes now. */
  readonly limit: number
  /** Most runs of one tenant on this node, those included that it has. */
  readonly perTenant: number
  /** How many runs of which tenant this node has. */
  readonly held: ReadonlyMap<string, number>
  /** The tenant that was served last: the others come first. */
  readonly after: string
}

export type ClaimDecision =
  | (ClaimPlan & { readonly leaseUntil: number })
  /** Nobody may run it now; it is looked at again then, as it is. */
  | { readonly kind: 'later'; readonly dueAt: number }

/** A run that this node holds until its lease ends. */
export interface ClaimedRun {
  readonly schedule: Schedule & { readonly run: Run }
  readonly fence: number
  readonly leaseUntil: number
  /** It was lost with its nodes too often: it is only to be ended. */
  readonly isLost: boolean
}

type Taken = Extract<ClaimDecision, { readonly kind: 'run' | 'give-up' }>

/**
 * Takes due schedules by turns: the first of each tenant before the second of any. Rows that another node is
 * taking at this moment are passed over.
 */
export async function claimDue(
  knex: Knex,
  { now, limit, perTenant, held, after }: ClaimQuery,
  decide: (schedule: Schedule) => ClaimDecision,
): Promise<{ readonly claimed: readonly ClaimedRun[]; readonly seen: number }> {
  const at = new Date(now)
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw(
      `select s.* from job_schedules s
        where s.due_at <= ? and s.id in (
          select due.id from (select id from tenants) t
            left join unnest(?::text[], ?::int[]) as held (tenant, count) on held.tenant = t.id
            cross join lateral (
              select id, tenant, row_number() over (order by due_at, id) as turn
                from job_schedules
               where tenant = t.id and due_at <= ?
               order by due_at, id limit ?
            ) due
           where due.turn + coalesce(held.count, 0) <= ?
           order by due.turn, due.tenant <= ?, due.tenant
           limit ?)
        for update skip locked`,
      [at, [...held.keys()], [...held.values()], at, perTenant, perTenant, after, limit],
    )
    const taken: { decision: Taken; claimed: ClaimedRun }[] = []
    const missed: TallyChange[] = []
    for (const row of rows) {
      const schedule = scheduleOf(row)
      const decision = decide(schedule)
      if (decision.kind === 'later') {
        await trx('job_schedules')
          .where('id', row.id)
          .update({ due_at: dateOf(decision.dueAt) })
        continue
      }
      if (decision.kind === 'skip') await skip(trx, schedule, decision.nextAt, at)
      else taken.push({ decision, claimed: claimedOf(schedule, decision, Number(row.fence) + 1) })
      if (decision.kind !== 'give-up') missed.push({ of: schedule, missed: decision.missed })
    }
    await lease(trx, taken, at)
    await addToTallies(trx, missed)
    return { claimed: taken.map(({ claimed }) => claimed), seen: rows.length }
  })
}

function claimedOf(schedule: Schedule, decision: Taken, fence: number): ClaimedRun {
  const { run, leaseUntil } = decision
  const { nextAt, payload } = decision.kind === 'run' ? decision : schedule
  const isLost = decision.kind === 'give-up'
  return { schedule: { ...schedule, nextAt, payload, run }, fence, leaseUntil, isLost }
}

async function skip(
  trx: Knex.Transaction,
  schedule: Schedule,
  nextAt: number | null,
  changed_at: Date,
): Promise<void> {
  const at = dateOf(nextAt)
  const state = nextState(schedule, 'skip')
  await trx('job_schedules')
    .where('id', schedule.id)
    .update({ state, next_at: at, due_at: at, payload: null, changed_at })
}

/** One statement for all. A run that begins takes the payload with it. */
async function lease(
  trx: Knex.Transaction,
  taken: readonly { readonly claimed: ClaimedRun }[],
  changedAt: Date,
): Promise<void> {
  if (taken.length === 0) return
  const rows = taken.map(({ claimed: { schedule, fence, leaseUntil } }) => ({
    id: schedule.id,
    fence,
    state: nextState(schedule, 'claim'),
    due_at: new Date(leaseUntil),
    next_at: dateOf(schedule.nextAt),
    run_id: schedule.run.id,
    scheduled_at: new Date(schedule.run.scheduledAt),
    attempt: schedule.run.attempt,
    failures: schedule.run.failures,
  }))
  await trx.raw(
    `update job_schedules s
        set fence = c.fence, state = c.state, due_at = c.due_at, next_at = c.next_at,
            run_payload = case when s.run_id is null then s.payload else s.run_payload end,
            payload = case when s.run_id is null then null else s.payload end,
            run_id = c.run_id, scheduled_at = c.scheduled_at, attempt = c.attempt,
            failures = c.failures, changed_at = ?, tried_in = null
       from jsonb_to_recordset(?) as c (id text, fence bigint, state text, due_at timestamptz,
            next_at timestamptz, run_id text, scheduled_at timestamptz, attempt int, failures int)
      where s.id = c.id`,
    [changedAt, JSON.stringify(rows)],
  )
}

export interface EndedRun {
  readonly claimed: ClaimedRun
  readonly end: RunEnd
  /** When it ended. */
  readonly at: number
}

/**
 * Writes how attempts ended, of those runs that this node still holds.
 * @param plan what follows, for the schedule as it is now: it may have been moved meanwhile
 * @returns by `id fence`; what is not there, another node has taken, or it is no more
 */
export async function endRuns(
  knex: Knex,
  ended: readonly EndedRun[],
  plan: (schedule: Schedule & { readonly run: Run }, ended: EndedRun) => EndPlan,
): Promise<ReadonlyMap<string, EndPlan>> {
  return knex.transaction(async (trx) => {
    const rows = await trx('job_schedules')
      .whereIn(
        ['id', 'fence'],
        ended.map(({ claimed: { schedule, fence } }) => [schedule.id, fence]),
      )
      .where('state', 'running')
      .whereNotNull('run_id')
      // Nodes that meet in the same rows wait for each other in one order.
      .orderBy('id')
      .forUpdate()
    const held = new Map(rows.map((row) => [`${row.id} ${row.fence}`, scheduleOf(row)]))
    const plans = new Map<string, EndPlan>()
    const writes: { schedule: Schedule; end: RunEnd; plan: EndPlan }[] = []
    const tallies: TallyChange[] = []
    for (const one of ended) {
      const key = endKey(one.claimed)
      const schedule = held.get(key)
      const run = schedule?.run ?? null
      if (schedule === undefined || run === null) continue
      const after = plan({ ...schedule, run }, one)
      plans.set(key, after)
      writes.push({ schedule, end: one.end, plan: after })
      const last = after.kind === 'over' ? { run, end: one.end, at: one.at } : undefined
      tallies.push({
        of: schedule,
        skipped: after.skipped,
        ...(last === undefined ? {} : { last }),
      })
    }
    await writeEnds(trx, writes)
    await addToTallies(trx, tallies)
    return plans
  })
}

export function endKey({ schedule, fence }: ClaimedRun): string {
  return `${schedule.id} ${fence}`
}

/** Of rows that the transaction has locked. */
export async function writeEnds(
  trx: Knex.Transaction,
  writes: readonly { schedule: Schedule; end: RunEnd; plan: EndPlan }[],
): Promise<void> {
  const rows = writes.map(({ schedule, end, plan }) => ({
    id: schedule.id,
    state: nextState(schedule, plan.kind === 'retry' ? 'retry' : endEvent(plan.nextAt, end)),
    next_at: dateOf(plan.nextAt),
    due_at: dateOf(plan.kind === 'retry' ? plan.dueAt : plan.nextAt),
    failures: plan.kind === 'retry' ? plan.failures : 0,
    tried_in: plan.kind === 'retry' ? (end.triedIn ?? null) : null,
    is_over: plan.kind === 'over',
  }))
  const gone = rows.filter(({ state }) => state === 'gone').map(({ id }) => id)
  if (gone.length > 0) await trx('job_schedules').whereIn('id', gone).delete()
  const kept = rows.filter(({ state }) => state !== 'gone')
  if (kept.length === 0) return
  await trx.raw(
    `update job_schedules s
        set state = c.state, next_at = c.next_at, due_at = c.due_at, failures = c.failures,
            tried_in = c.tried_in, run_id = case when c.is_over then null else s.run_id end
       from jsonb_to_recordset(?) as c (id text, state text, next_at timestamptz,
            due_at timestamptz, failures int, tried_in text, is_over boolean)
      where s.id = c.id`,
    [JSON.stringify(kept)],
  )
}

function endEvent(nextAt: number | null, end: RunEnd): ScheduleEvent {
  if (nextAt !== null) return 'end'
  return end.kind === 'failed' ? 'fail-for-good' : 'end-for-good'
}

function nextState({ state }: Schedule, event: ScheduleEvent) {
  const next = stateAfter(state, event)
  if (next === undefined) throw new Error(`a schedule that is ${state} knows no ${event}`)
  return next
}

/**
 * A run whose attempt failed on a version before its rollout was taken back is stable's to do now, with all its
 * attempts: it waits no longer.
 */
export async function hastenEnded(knex: Knex, now: number): Promise<void> {
  await knex.raw(
    `update job_schedules set due_at = ?, failures = 0, tried_in = null
      where id in (
        select s.id from job_schedules s join rollouts r on r.id = s.tried_in
         where s.tried_in is not null and s.state = 'waiting' and r.state = any (?::text[])
         order by s.id limit 500 for update of s skip locked)`,
    [new Date(now), [...terminalStates]],
  )
}

export const dueSchedule: DueQuestion = {
  sql: `select ${msUntil('select min(due_at) from job_schedules')}`,
}

/** When the next schedule of any tenant but these is due; undefined: none is. */
export async function nextDue(
  knex: Knex,
  except: readonly string[] = [],
): Promise<number | undefined> {
  const row = await knex('job_schedules')
    .whereNotNull('due_at')
    .whereNotIn('tenant', except)
    .orderBy('due_at')
    .first('due_at')
  return msOf(row?.due_at) ?? undefined
}

/** @returns by `id fence`, those runs that were neither ended nor taken by another node */
export async function stillHeld(
  knex: Knex,
  claims: readonly ClaimedRun[],
): Promise<ReadonlySet<string>> {
  const rows = await knex('job_schedules')
    .whereIn(
      ['id', 'fence'],
      claims.map(({ schedule, fence }) => [schedule.id, fence]),
    )
    .where('state', 'running')
    .select('id', 'fence')
  return new Set(rows.map(({ id, fence }) => `${id} ${fence}`))
}
