import type { Context } from '@signalbox/sdk'
import { type LogisticsConfig, offsetMs } from '../settings.ts'
import { modelRows, readPassages, readSilences, writeModels } from './lane-store.ts'

const milestones = ['dispatched', 'arrived-at-hub', 'customs', 'out-for-delivery'] as const

/** Learns the lanes anew from what was delivered, a milestone at a time: each is computed within one turn. */
export async function learnFromDeliveries(ctx: Context): Promise<void> {
  const nowMs = ctx.now()
  const offset = offsetMs(ctx.config as LogisticsConfig)
  for (const milestone of milestones) {
    ctx.signal.throwIfAborted()
    const rows = modelRows(await readPassages(ctx, milestone, offset))
    if (rows.length > 0) await ctx.db.transaction(writeModels(ctx, rows, nowMs))
  }
  const silences = await readSilences(ctx)
  const rows = silences.map(({ carrier, hours }) => ({ key: `silence|${carrier}`, model: hours }))
  if (rows.length > 0) await ctx.db.transaction(writeModels(ctx, rows, nowMs))
}
