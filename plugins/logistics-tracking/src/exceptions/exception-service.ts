import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { instantText } from '../calls/instant.ts'
import { toldTransaction } from '../calls/told-transaction.ts'
import { exceptionClosed } from '../watching/look.ts'
import { type ExceptionFilter, findException, listExceptions, settle } from './exception-store.ts'

interface ListInput extends Omit<ExceptionFilter, 'after' | 'limit'> {
  readonly limit?: number
  readonly cursor?: string
}

const PAGE = 50

async function exceptions({ limit = PAGE, cursor, ...filter }: ListInput, ctx: Context) {
  const after = readCursor(cursor)
  const place = after === undefined ? {} : { after }
  const rows = await listExceptions(ctx, { ...filter, ...place, limit: limit + 1 })
  return pageOf(
    rows,
    limit,
    ({ openedAtMs, exception }) => ({ at: openedAtMs, id: exception }),
    ({ openedAtMs, closedAtMs, ...shown }) => ({
      ...shown,
      openedAt: instantText(openedAtMs),
      ...(closedAtMs === undefined ? {} : { closedAt: instantText(closedAtMs) }),
    }),
  )
}

/** Settled once: the first word stays, and told again it is the same answer. */
async function resolveException(
  { exception, resolution }: { readonly exception: string; readonly resolution: string },
  ctx: Context,
) {
  const found = await findException(ctx, exception)
  if (found === undefined) {
    throw new Refusal(
      'EXCEPTION_MISSING',
      'There is no such exception; `exceptions` lists those there are.',
    )
  }
  if (found.closedAtMs !== undefined) {
    if (found.resolution === resolution)
      return { exception, closedAt: instantText(found.closedAtMs) }
    throw new Refusal(
      'EXCEPTION_CLOSED',
      `It was settled already: ${found.resolution ?? ''}`.slice(0, 300),
    )
  }
  const nowMs = ctx.now()
  const event = exceptionClosed(found.of, exception, resolution, nowMs)
  await toldTransaction(ctx, settle({ exception, resolution, by: actorOf(ctx), nowMs }), [event])
  return { exception, closedAt: instantText(nowMs) }
}

/** Gives an exception to somebody else. */
async function assignException(
  { exception, owner }: { readonly exception: string; readonly owner: string },
  ctx: Context,
) {
  const { rowCount } = await ctx.db.query(
    'update exceptions set owner = $2 where exception = $1 and closed_at_ms is null',
    [exception, owner],
  )
  if (rowCount === 1) return { exception, owner }
  throw new Refusal(
    'EXCEPTION_MISSING',
    'There is no open exception of that id; `exceptions` lists those there are.',
  )
}

export const exceptionOperations = { exceptions, resolveException, assignException }
