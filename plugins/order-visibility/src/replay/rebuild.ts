import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { isMeeting } from '../errors/host-errors.ts'
import { changedParts, nextRevision } from '../projection/changed-parts.ts'
import { foldAll, ORDERS_AT_ONCE } from '../projection/fold-orders.ts'
import { foldedRow, judged, openWants, stayRows } from '../projection/order-row.ts'
import { type OrderWrite, readForFold, writeShadow } from '../projection/projection-store.ts'
import { riskBounds, type Settings } from '../settings/settings.ts'
import { msOfInstant } from '../time/instant.ts'
import {
  beginRebuild,
  forgetGenerations,
  ordersAfter,
  progressStatement,
  type Rebuild,
  readRebuild,
  switchGenerations,
} from './rebuild-store.ts'

/** A chunk moves on every second or so: one that has not for this long is dead. */
const STALE_MS = 300_000
/** Well within the version's deadline of 5 s. */
const CHUNK_MS = 2500
/** A page asks the host five things; a call may ask 200. */
const MOST_PAGES = 25
const MOST_TRIES = 5
const FORGET_AT_ONCE = 2000

/** Begins to fold everything anew beside what is shown; live events go on into both. */
export async function rebuild(_input: object, ctx: Context) {
  const now = ctx.now()
  const id = `RB-${ctx.hash('SHA-256', `${ctx.traceId}|${now}`).slice(0, 16)}`
  const by = `${ctx.principal.kind}:${ctx.principal.id}`
  if (!(await beginRebuild(ctx, { id, by, now, stale: now - STALE_MS }))) {
    throw new Refusal(
      'REBUILD_AT_WORK',
      'A rebuild is at work: look at its progress, and wait for it.',
    )
  }
  await goOn(ctx, id, '')
  return { id, state: 'running' as const }
}

/** How far the last rebuild is. */
export async function rebuildState(_input: object, ctx: Context) {
  const found = await readRebuild(ctx)
  const { rows } = await ctx.db.query<{ behind: number; orders: number }>(
    `select (select count(*)::int from heads where told > folded) as behind, (select count(*)::int from heads) as orders`,
  )
  const counts = { orders: rows[0]?.orders ?? 0, behind: rows[0]?.behind ?? 0 }
  if (found?.rebuild == null || found.started_at === null) {
    return { state: 'none' as const, generation: found?.live ?? 1, ...counts }
  }
  return {
    ...{ id: found.rebuild, generation: found.live, done: found.done, ...counts },
    state: found.shadow === null ? ('finished' as const) : ('running' as const),
    startedAt: found.started_at,
    ...(found.finished_at === null ? {} : { finishedAt: found.finished_at }),
    ...(found.requested_by === null ? {} : { requestedBy: found.requested_by }),
  }
}

interface Chunk {
  readonly rebuild: string
}

/** One chunk of the rebuild, from where the last one was written down. */
export async function rebuildChunk({ payload }: JobRun<Chunk>, ctx: Context): Promise<void> {
  const begun = ctx.now()
  for (let page = 0; page < MOST_PAGES && ctx.now() - begun < CHUNK_MS; page++) {
    const found = await readRebuild(ctx)
    if (found === undefined || found.rebuild !== payload?.rebuild) return
    if (found.shadow === null) return forget(ctx, found)
    if (!(await rebuildPage(ctx, found))) {
      await switchGenerations(ctx, found, ctx.now())
      return forget(ctx, found)
    }
  }
  const found = await readRebuild(ctx)
  if (found?.rebuild != null) await goOn(ctx, found.rebuild, found.cursor ?? '')
}

/** @returns false when there is no order left */
async function rebuildPage(ctx: Context, found: Rebuild): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryPage(ctx, found)
    } catch (error) {
      // An order was told of in between: the page is read anew.
      if (!isMeeting(error) || attempt >= MOST_TRIES) throw error
    }
  }
}

async function tryPage(ctx: Context, found: Rebuild): Promise<boolean> {
  const heads = await ordersAfter(ctx, found.cursor ?? '', ORDERS_AT_ONCE)
  const last = heads.at(-1)
  if (last === undefined || found.shadow === null) return false
  const orders = heads.map(({ order_id }) => order_id)
  const input = await readForFold(ctx, orders)
  const now = ctx.now()
  const settings = ctx.config as Settings
  const { atRiskBelow } = riskBounds(settings)
  const folded = await foldAll(ctx, orders, input.facts)
  const writes = folded.flatMap(({ orderId, view }): OrderWrite[] => {
    if (view === undefined) return []
    const row = foldedRow(view, (text) => ctx.hash('SHA-256', text))
    const { row: judgedRow } = judged(view, input.usual, settings, now)
    const known = input.known.get(orderId)
    const revision = nextRevision(known, changedParts(known, row))
    const chance = judgedRow.on_time
    const is_at_risk = known?.is_at_risk ?? (row.is_open && chance !== null && chance < atRiskBelow)
    return [
      {
        row: { ...row, ...judgedRow, is_at_risk, revision },
        ...{
          stays: stayRows(view),
          wants: openWants(view),
          head: input.heads.get(orderId) ?? { told: 0, folded: 0 },
        },
        before: undefined,
      },
    ]
  })
  const progress = progressStatement(found, last.order_id, heads.length, now)
  await writeShadow(ctx, writes, found.shadow, progress)
  return true
}

async function forget(ctx: Context, found: Rebuild): Promise<void> {
  if ((await forgetGenerations(ctx, FORGET_AT_ONCE)) && found.rebuild !== null) {
    await goOn(ctx, found.rebuild, `forget ${ctx.now()}`)
  }
}

/** A key for each step: asked for twice, by an attempt that was repeated, it is one job. */
async function goOn(ctx: Context, id: string, step: string): Promise<void> {
  const key = `${id}:${ctx.hash('SHA-256', step).slice(0, 16)}`
  await ctx.jobs.schedule('rebuild', { afterMs: 0, key, payload: { rebuild: id } })
}

/** A rebuild whose node died goes on. */
export async function resumeRebuild(ctx: Context): Promise<void> {
  const found = await readRebuild(ctx)
  if (found?.rebuild == null || found.shadow === null || found.progressed_at === null) return
  if (msOfInstant(found.progressed_at) < ctx.now() - STALE_MS) {
    await goOn(ctx, found.rebuild, `resume ${found.cursor} ${ctx.now()}`)
  }
}
