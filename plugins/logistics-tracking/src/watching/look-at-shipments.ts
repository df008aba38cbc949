import type { Context } from '@signalbox/sdk'
import { knownLanes } from '../arrivals/lane-store.ts'
import { tripsOf } from '../arrivals/trip-of.ts'
import { again } from '../calls/again.ts'
import { drawId } from '../calls/draw-id.ts'
import { tellLeft, toldTransaction } from '../calls/told-transaction.ts'
import { type LogisticsConfig, lookRules, offsetMs } from '../settings.ts'
import { lookAt } from './look.ts'
import { lookSoon } from './look-soon.ts'
import { dueShipments, writeLooks } from './watch-store.ts'

/** Mostly an event each, and seldom more than a transaction publishes. */
const AT_ONCE = 40
/** Of a run: what is left is due again with the next, which begins when this one is over, so that no two look at the same. */
const ROUNDS = 40
const RUN_MS = 1500

/** Looks at every shipment that changed, or whose time has come: expects its arrival, and sees what is in its way. */
export async function lookAtShipments(ctx: Context): Promise<void> {
  const until = ctx.now() + RUN_MS
  await tellLeft(ctx)
  for (let round = 0; round < ROUNDS && ctx.now() < until; round += 1) {
    ctx.signal.throwIfAborted()
    if ((await again(() => lookOnce(ctx))) < AT_ONCE) return
  }
  await lookSoon(ctx)
}

async function lookOnce(ctx: Context): Promise<number> {
  const nowMs = ctx.now()
  const due = await dueShipments(ctx, nowMs, AT_ONCE)
  if (due.length === 0) return 0
  const config = ctx.config as LogisticsConfig
  const all = due.map((watched) => ({
    watched,
    trips: tripsOf(watched.shipment, watched.parcels, nowMs, offsetMs(config)),
  }))
  const lanes = await knownLanes(
    ctx,
    all.flatMap(({ trips }) => trips),
  )
  const given = { nowMs, id: () => drawId(ctx, 'exc') }
  const looks = all.map(({ watched, trips }) =>
    lookAt(watched, trips, lanes, lookRules(config), given),
  )
  await toldTransaction(
    ctx,
    writeLooks(ctx.tenant, looks, nowMs),
    looks.flatMap(({ events }) => events),
  )
  return due.length
}
