import { type Context, Refusal } from '@signalbox/sdk'
import { findBlockers } from '../blockers/find-blockers.ts'
import { cursorOf, readCursor } from '../board/cursor.ts'
import { readOrder } from '../order/read-order.ts'
import { judgePromise } from '../promises/judge-promise.ts'
import type { Settings } from '../settings/settings.ts'
import { known } from '../shape/known.ts'
import { instantText } from '../time/instant.ts'
import { sharedView } from './shared-view.ts'

const DEFAULT_TTL_S = 14 * 86_400

interface ShareInput {
  readonly orderId: string
  readonly ttlS?: number
}

/** A link for the customer of an order that is known. */
export async function share({ orderId, ttlS = DEFAULT_TTL_S }: ShareInput, ctx: Context) {
  const { view } = await readOrder(ctx, orderId)
  if (!view.isKnown) {
    throw new Refusal(
      'ORDER_UNKNOWN',
      'Only what others said of this order is known: share it once it was placed.',
    )
  }
  const { id, url, expiresAt } = await ctx.links.share(
    'orders.visibility/shared',
    { orderId },
    { ttlS },
  )
  await ctx.db.query(
    `insert into shares (tenant, share, order_id, shared_by, shared_at, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [ctx.tenant, id, orderId, actorOf(ctx), instantText(ctx.now()), expiresAt],
  )
  return { share: id, url, expiresAt }
}

/** What stands behind such a link. */
export async function shared({ orderId }: { readonly orderId: string }, ctx: Context) {
  const { view, usual } = await readOrder(ctx, orderId)
  const settings = ctx.config as Settings
  const now = ctx.now()
  const { expectedAt } = judgePromise(view, findBlockers(view, settings, now), usual, settings, now)
  return sharedView(view, expectedAt)
}

interface ShareRow {
  readonly share: string
  readonly order_id: string
  readonly shared_by: string
  readonly shared_at: string
  readonly expires_at: string
  readonly revoked_at: string | null
}

interface SharesInput {
  readonly orderId: string
  readonly limit?: number
  readonly cursor?: string
}

/** Links that were made of an order, the newest first; never their addresses. */
export async function shares({ orderId, limit = 50, cursor }: SharesInput, ctx: Context) {
  const before = readCursor(cursor, ['instant', 'text'])
  const { rows } = await ctx.db.query<ShareRow>(
    `select share, order_id, shared_by, shared_at, expires_at, revoked_at from shares
      where order_id = $1 and ($2::timestamptz is null or (shared_at, share) < ($2::timestamptz, $3))
      order by shared_at desc, share desc limit $4`,
    [orderId, before?.[0] ?? null, before?.[1] ?? null, limit + 1],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ share: id, order_id, shared_by, shared_at, expires_at, revoked_at }) =>
      known({
        ...{ share: id, orderId: order_id, sharedBy: shared_by, sharedAt: shared_at },
        ...{ expiresAt: expires_at, revokedAt: revoked_at ?? undefined },
      }),
    ),
    ...(rows.length > limit && last !== undefined
      ? { next: cursorOf([last.shared_at, last.share]) }
      : {}),
  }
}

/** Ends a link; ended before, it stays so. */
export async function revokeShare({ share: id }: { readonly share: string }, ctx: Context) {
  const { rows } = await ctx.db.query<{ revoked_at: string | null }>(
    'select revoked_at from shares where share = $1',
    [id],
  )
  if (rows.length === 0)
    throw new Refusal('SHARE_UNKNOWN', 'There is no such link: list them by shares.')
  await ctx.links.revoke(id)
  await ctx.db.query(
    'update shares set revoked_at = $2, revoked_by = $3 where share = $1 and revoked_at is null',
    [id, instantText(ctx.now()), actorOf(ctx)],
  )
  return { share: id, revoked: true }
}

function actorOf({ principal }: Pick<Context, 'principal'>): string {
  return `${principal.kind}:${principal.id}`
}
