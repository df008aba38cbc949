import type { IncomingScan } from './incoming-scan.ts'

/** Scans of one parcel. */
export type Group = readonly [number: string, scans: readonly IncomingScan[]]

/** Parcels of one transaction: their scans are read with it, and an answer of the database has an end. */
const PARCELS = 40
/** Of a transaction, in characters as it is sent: one message to the host has 262,144, and other rows go with the scans. */
const WEIGHT = 140_000
/** Columns of a row, by their names. */
const ROW = 400

/** Cuts scans into what one transaction can write, in order; a parcel of very many scans comes in several of them. Pure. */
export function groupsOfTransactions(groups: readonly Group[]): Group[][] {
  const all: Group[][] = []
  let open: Group[] = []
  let room = WEIGHT
  for (const group of groups) {
    for (const [number, scans, weight] of piecesOf(group)) {
      if (open.length === PARCELS || (open.length > 0 && weight > room)) {
        all.push(open)
        open = []
        room = WEIGHT
      }
      open.push([number, scans])
      room -= weight
    }
  }
  return open.length === 0 ? all : [...all, open]
}

function piecesOf([number, scans]: Group): [string, readonly IncomingScan[], number][] {
  const pieces: [string, IncomingScan[], number][] = []
  let last: [string, IncomingScan[], number] | undefined
  for (const scan of scans) {
    const weight = weightOf(scan)
    if (last === undefined || last[2] + weight > WEIGHT) {
      last = [number, [], 0]
      pieces.push(last)
    }
    last[1].push(scan)
    last[2] += weight
  }
  return pieces
}

/** JSON within JSON: a quote is three signs more. */
function weightOf({
  place,
  text = '',
  signedBy = '',
  codes: [code = ''],
  carrier = '',
}: IncomingScan): number {
  return ROW + 2 * (place.length + text.length + signedBy.length + code.length + carrier.length)
}
