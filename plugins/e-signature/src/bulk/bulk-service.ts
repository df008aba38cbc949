import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { idOf, newId } from '../calls/ids.ts'
import { nowText } from '../calls/instant-text.ts'
import { pageOf } from '../calls/page-place.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { type CreateInput, createEnvelope } from '../envelopes/create-envelope.ts'
import { sendNow } from '../envelopes/envelope-service.ts'
import { goOn } from '../envelopes/go-on.ts'
import { requireRow } from '../templates/template-service.ts'

interface BulkInput {
  readonly template: string
  readonly policy?: string
  readonly expiresAt?: string
  readonly rows: readonly Pick<CreateInput, 'data' | 'recipients' | 'title' | 'orderId'>[]
  /** The caller's own name for this request. */
  readonly requestId?: string
}

interface RowState {
  readonly position: number
  readonly state: 'waiting' | 'sent' | 'failed'
  readonly envelope: string | null
  readonly code: string | null
  readonly message: string | null
}

/** Keeps all rows, and sends them by a job that goes on from wherever it was. */
async function bulkSend({ rows, requestId, ...common }: BulkInput, ctx: Context) {
  const by = actorOf(ctx)
  await requireRow(ctx, common.template)
  const bulk = requestId === undefined ? newId(ctx, 'bulk') : idOf(ctx, 'bulk', by, requestId)
  await ctx.jobs.schedule('bulk-send', { afterMs: 1000, key: bulk, payload: { bulk } })
  await ctx.db.query(
    `with made as (
        insert into bulk_sends (tenant, bulk, template, total, created_at, created_by) values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing returning tenant, bulk
      )
      insert into bulk_rows (tenant, bulk, position, input, state)
      select m.tenant, m.bulk, r.position::int, r.input, 'waiting'
      from made m cross join jsonb_array_elements($7::jsonb) with ordinality as r (input, position)`,
    [
      ...[ctx.tenant, bulk, common.template, rows.length, nowText(ctx), by],
      JSON.stringify(rows.map((row) => ({ ...common, ...row }))),
    ],
  )
  return progress(ctx, bulk)
}

interface ProgressInput {
  readonly bulk: string
  readonly limit?: number
  readonly cursor?: string
}

/** How far it is, and row by row what became of it. */
async function bulk({ bulk: id, limit = 50, cursor = '0' }: ProgressInput, ctx: Context) {
  const { rows } = await ctx.db.query<RowState>(
    `select position, state, envelope, code, message from bulk_rows
      where tenant = $1 and bulk = $2 and position > $3::int order by position limit $4`,
    [ctx.tenant, id, /^\d{1,9}$/.test(cursor) ? cursor : '0', limit + 1],
  )
  const page = pageOf(rows, limit, ({ position }) => String(position), shown)
  return { ...(await progress(ctx, id)), ...page }
}

function shown({ position, state, envelope, code, message }: RowState) {
  return {
    ...{ row: position, state },
    ...(envelope === null ? {} : { envelope }),
    ...(code === null ? {} : { code }),
    ...(message === null ? {} : { message }),
  }
}

/** @throws Refusal BULK_UNKNOWN */
async function progress({ db, tenant }: Context, bulk: string) {
  const { rows } = await db.query<{ total: number; sent: number; failed: number; waiting: number }>(
    `select b.total, count(*) filter (where r.state = 'sent')::int as sent, count(*) filter (where r.state = 'failed')::int as failed,
        count(*) filter (where r.state = 'waiting')::int as waiting
      from bulk_sends b join bulk_rows r on r.tenant = b.tenant and r.bulk = b.bulk
      where b.tenant = $1 and b.bulk = $2 group by b.total`,
    [tenant, bulk],
  )
  if (rows[0] === undefined) throw new Refusal('BULK_UNKNOWN', `There is no bulk send ${bulk}.`)
  return { bulk, ...rows[0] }
}

/** A run's share: its messages to people are bounded by one a second. */
const ROWS_A_RUN = 5
const PAUSE_MS = 6000

/** What the host says of itself passes; what it says of a row, such as a wrong value, does not. */
const isPassing = (code: string) => code.startsWith('CORE_') || code.startsWith('SBX_')

const continueBulk =
  (port: DocumentPort) =>
  async ({ payload }: JobRun<{ bulk: string }>, ctx: Context) => {
    if (payload === undefined) throw new Refusal('BULK_UNKNOWN', 'The job names no bulk send.')
    const { bulk: id } = payload
    const { rows } = await ctx.db.query<{
      position: number
      input: CreateInput
      created_by: string
    }>(
      `select r.position, r.input, b.created_by from bulk_rows r join bulk_sends b on b.tenant = r.tenant and b.bulk = r.bulk
      where r.tenant = $1 and r.bulk = $2 and r.state = 'waiting' order by r.position limit $3`,
      [ctx.tenant, id, ROWS_A_RUN + 1],
    )
    if (rows.length > ROWS_A_RUN) {
      await ctx.jobs.schedule('bulk-send', {
        afterMs: PAUSE_MS,
        key: `${id} ${rows[ROWS_A_RUN]?.position}`,
        payload,
      })
    }
    for (const { position, input, created_by: by } of rows.slice(0, ROWS_A_RUN)) {
      const result = await sendRow(ctx, port, { ...input, requestId: `${id} ${position}` }, by)
      await ctx.db.query(
        `update bulk_rows set state = $4, envelope = $5, code = $6, message = $7
        where tenant = $1 and bulk = $2 and position = $3 and state = 'waiting'`,
        [ctx.tenant, id, position, result.state, result.envelope, result.code, result.message],
      )
    }
  }

async function sendRow(ctx: Context, port: DocumentPort, input: CreateInput, by: string) {
  try {
    const { envelope } = await createEnvelope(ctx, port, input, by)
    await sendNow(ctx, envelope, by)
    await goOn(ctx, port, envelope)
    return { state: 'sent', envelope, code: null, message: null }
  } catch (error) {
    const { code = '', message = '' } = error as { code?: string; message?: string }
    if (code === '' || isPassing(code)) throw error
    return { state: 'failed', envelope: null, code, message }
  }
}

export const bulkOperations = { bulkSend, bulk }
export const bulkJobs = (port: DocumentPort) => ({ 'bulk-send': continueBulk(port) })
