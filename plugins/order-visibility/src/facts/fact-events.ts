import type { Context, PluginEvent } from '@signalbox/sdk'
import { codeOf, isMeeting } from '../errors/host-errors.ts'
import { foldOrders, ORDERS_AT_ONCE } from '../projection/fold-orders.ts'
import type { FactType } from './fact-data.ts'
import { factOfEvent } from './fact-of-event.ts'
import { factTypes } from './fact-types.ts'
import { keepFact, markOrders } from './facts-store.ts'

/**
 * Keeps what was told, marks the orders that it may change, folds them. Each step may be done again: a handler that was killed in
 * between is called anew, and what is marked and not folded is found by the job.
 */
async function onFact(event: PluginEvent, ctx: Context): Promise<void> {
  const told = factOfEvent(event, (text) => ctx.hash('SHA-256', text), ctx.now())
  if (told === undefined) return
  await keepFact(ctx, told)
  const orders = await markOrders(ctx, told, ctx.now(), ORDERS_AT_ONCE)
  // What concerns very many is folded by the job, so that nobody waits behind it.
  try {
    await foldOrders(ctx, orders.slice(0, ORDERS_AT_ONCE))
  } catch (error) {
    // Kept and marked it is: whom this handler met too often may be ahead of it for long.
    if (!isMeeting(error) || !(await askForFolding(ctx))) throw error
  }
  if (orders.length > ORDERS_AT_ONCE) await askForFolding(ctx)
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
