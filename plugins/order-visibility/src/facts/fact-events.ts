import type { Context, PluginEvent } from '@signalbox/sdk'
import { codeOf, isMeeting } from '../errors/host-errors.ts'
import { foldBehind, foldOrders, ORDERS_AT_ONCE } from '../projection/fold-orders.ts'
import type { FactType } from './fact-data.ts'
import { factOfEvent, type ToldFact } from './fact-of-event.ts'
import { factTypes } from './fact-types.ts'
import { keepFact, markOrders } from './facts-store.ts'
import { Rush } from './rush.ts'

/** Of a handler, where there is no job to do it. */
const OWED_MS = 2000

const rush = new Rush()

/**
 * Keeps what was told, marks the orders that it may change, folds them. Each step may be done again: a handler that was killed in
 * between is called anew, and what is marked and not folded is found by the job.
 */
async function onFact(event: PluginEvent, ctx: Context): Promise<void> {
  const told = factOfEvent(event, (text) => ctx.hash('SHA-256', text), ctx.now())
  if (told === undefined) return
  try {
    await rush.during(() => keepAndFold(told, ctx))
  } finally {
    // Whoever is last asks for what all left, though he failed himself.
    if (rush.isOwed(ctx.now()) && !(await askForFolding(ctx))) await foldBehind(ctx, OWED_MS)
  }
}

async function keepAndFold(told: ToldFact, ctx: Context): Promise<void> {
  await keepFact(ctx, told)
  const orders = await markOrders(ctx, told, ctx.now(), ORDERS_AT_ONCE)
  if (orders.length === 0) return
  // What comes faster than it is folded, or concerns very many, is folded by the job, many orders at once.
  if (rush.isOn || orders.length > ORDERS_AT_ONCE) {
    rush.owe()
    return
  }
  try {
    await foldOrders(ctx, orders)
  } catch (error) {
    // Kept and marked it is: whom this handler met too often may be ahead of it for long.
    if (!isMeeting(error)) throw error
    rush.owe()
  }
}

/** One waiting run is enough for all that is behind. @returns false without the grant: the next word of an order folds it */
export async function askForFolding(ctx: Context): Promise<boolean> {
  try {
    await ctx.jobs.schedule('fold', { afterMs: 0, key: 'behind' })
    return true
  } catch (error) {
    if (codeOf(error) !== 'CORE_GRANT_MISSING') throw error
    return false
  }
}

/** Each type is granted for itself; without it the view knows that much less. */
export const factEvents = Object.fromEntries(
  (Object.keys(factTypes) as FactType[]).map((type) => [type, onFact]),
) as Readonly<Record<FactType, typeof onFact>>
