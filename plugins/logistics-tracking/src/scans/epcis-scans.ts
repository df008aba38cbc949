import type { Context, Statement } from '@signalbox/sdk'
import type { EventScan } from '../epcis/scan-feed.ts'
import type { IncomingScan } from './incoming-scan.ts'
import { recordScans } from './record-scans.ts'

/** Events of EPCIS as scans of the parcels that their units are, or are in. */
export function takeEpcisScans(
  ctx: Context,
  scans: readonly EventScan[],
  statements: readonly Statement[],
) {
  return recordScans(ctx, scans.map(incomingOf), { statements })
}

/** The words of EPCIS first: a tenant may have mapped them otherwise. */
function incomingOf({ number, at, status, code, place, event, voids }: EventScan): IncomingScan {
  return {
    ...{ number, at, place, pack: 'common', codes: [code, status], source: 'epcis' },
    ...(code.endsWith('damaged') ? { reason: 'damaged' } : {}),
    ...(voids ? { voids: event } : { event }),
  }
}
