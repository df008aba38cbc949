import type { Context, Statement } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { toldTransaction } from '../calls/told-transaction.ts'
import { type StoredScan, unscanned } from '../parcels/parcel.ts'
import { readKnown } from '../parcels/parcel-store.ts'
import { foldScans } from './fold-scans.ts'
import { planParcels } from './plan-scans.ts'

/** Another reading of scans that are kept. */
export interface Rereading {
  readonly apply: (scan: StoredScan) => StoredScan
  /** Writes the same for these parcels. */
  readonly statement: (parcels: readonly string[]) => Statement
}

/** Parcels of one transaction; each tells of itself and of its shipment, and of a delivery with its lead time. */
export const REFOLDED_AT_ONCE = 16

/** Folds parcels again from scans that are read otherwise now, in one transaction with what is written of the scans. */
export async function refold(
  ctx: Context,
  parcels: readonly string[],
  { apply, statement }: Rereading,
): Promise<void> {
  await again(async () => {
    const known = await readKnown(ctx, parcels, [])
    const now = ctx.now()
    const changed = parcels.flatMap((name) => {
      const parcel = known.parcels.get(name)
      if (parcel === undefined) return []
      const scans = (known.scans.get(name) ?? []).map(apply)
      const counted = scans.filter(({ quarantined }) => !quarantined)
      return [{ ...parcel, state: counted.length === 0 ? unscanned : foldScans(counted) }]
    })
    const { statements, events } = planParcels(known, changed, { tenant: ctx.tenant, now })
    await toldTransaction(ctx, [statement(parcels), ...statements], events)
  })
}
