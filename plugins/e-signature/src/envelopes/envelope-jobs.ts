import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { HOST, remindOne, waits } from '../recipients/invitations.ts'
import { acting, expire } from './commands.ts'
import { changeEnvelope, requireEnvelope } from './envelope-store.ts'
import { goOn } from './go-on.ts'

/** So many a run; what is left is found by the next. */
const BATCH = 20
const DAY_MS = 86_400_000

async function found(
  ctx: Context,
  where: string,
  parameters: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await ctx.db.query<{ envelope: string }>(
    `select envelope from envelopes where tenant = $1 and ${where} limit ${BATCH}`,
    [ctx.tenant, ...parameters],
  )
  return rows.map(({ envelope }) => envelope)
}

/** One that fails keeps no other from its turn. */
async function each(
  ctx: Context,
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<void> {
  for (const envelope of ids) {
    if (ctx.signal.aborted) return
    try {
      await work(envelope)
    } catch (error) {
      const { code = 'unknown' } = error as { code?: string }
      ctx.log.warn('an envelope waits', { envelope, code })
    }
  }
}

export function envelopeJobs(port: DocumentPort) {
  return {
    /** After a call that may not have come to its end. */
    'finish-signing': async ({ payload }: JobRun<{ envelope: string }>, ctx: Context) => {
      if (payload === undefined) throw new Refusal('ENVELOPE_UNKNOWN', 'The job names no envelope.')
      await goOn(ctx, port, payload.envelope)
    },
    /** Whatever was left: a channel that was away, a key that was missing. */
    'sweep-envelopes': async (_: unknown, ctx: Context) => {
      await each(ctx, await found(ctx, 'has_work order by changed_at', []), (id) =>
        goOn(ctx, port, id),
      )
    },
    'expire-envelopes': async (_: unknown, ctx: Context) => {
      const at = nowText(ctx)
      const late = await found(
        ctx,
        `state in ('sent', 'partly-signed') and expires_at <= $2 order by expires_at`,
        [at],
      )
      await each(ctx, late, (id) =>
        changeEnvelope(ctx, id, (now) => orNothing(expire(now, { at, who: HOST }))),
      )
    },
    'remind-signers': async (_: unknown, ctx: Context) => {
      const due = await found(ctx, 'remind_at <= $2 order by remind_at', [nowText(ctx)])
      await each(ctx, due, (id) => remindDue(ctx, id))
    },
  }
}

function orNothing(change: ReturnType<typeof expire>) {
  return change.notes.length === 0 ? undefined : change
}

async function remindDue(ctx: Context, id: string): Promise<void> {
  const envelope = await requireEnvelope(ctx, id)
  const { remindDays, maxReminders } = envelope.policy
  const before = ctx.now() - remindDays * DAY_MS
  for (const one of acting(envelope)) {
    const last = one.remindedAt ?? one.notifiedAt
    if (!waits(one) || last === undefined || Date.parse(last) > before) continue
    if (one.reminders < maxReminders) await remindOne(ctx, envelope, one)
  }
}
