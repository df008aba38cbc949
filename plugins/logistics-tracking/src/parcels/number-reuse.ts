import type { Statement } from '@signalbox/sdk'
import { isEnded } from '../scans/status.ts'
import type { Known } from './parcel-store.ts'

/** Carriers give a number again after months; what is told of it until then is late. */
const REUSED_AFTER_MS = 90 * 86_400_000

/** Numbers of parcels of other shipments that were over so long ago that they mean another parcel now. */
export function reusedNumbers(
  { parcels, shipments }: Known,
  numbers: readonly string[],
  shipment: string,
  now: number,
): readonly string[] {
  return [...new Set(numbers)].filter((number) => {
    const was = parcels.get(number)
    if (was === undefined || was.shipment === null || was.shipment === shipment) return false
    const { status, statusAt = now, lastScanAt = statusAt } = was.state
    const isOver = isEnded(shipments.get(was.shipment)?.status ?? 'registered')
    return isOver && isEnded(status) && now - Math.max(statusAt, lastScanAt) > REUSED_AFTER_MS
  })
}

/** As if the number had never been given before. */
export function withoutNumbers(known: Known, numbers: readonly string[]): Known {
  if (numbers.length === 0) return known
  const parcels = new Map(known.parcels)
  for (const number of numbers) parcels.delete(number)
  return { ...known, parcels }
}

/** The parcel that had a number before keeps all that was told of it, under a name that nobody scans. */
export function putAside(numbers: readonly string[], now: number): readonly Statement[] {
  if (numbers.length === 0) return []
  const parameters = [numbers, `~${now.toString(36)}`]
  const rename = (table: string) => ({
    sql: `update ${table} set parcel = parcel || $2 where parcel = any($1::text[])`,
    parameters,
  })
  return [
    { ...rename('parcels'), rows: numbers.length },
    rename('scans'),
    rename('handling_units'),
    { sql: 'delete from polls where parcel = any($1::text[])', parameters: [numbers] },
  ]
}

/** The number as the carrier gave it. */
export function givenNumber(parcel: string): string {
  return parcel.replace(/~[0-9a-z]+$/, '')
}
