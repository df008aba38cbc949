import type { MergedScan, ParcelState, Scan } from './scan.ts'
import { isUnderWay, rankOf, type Status } from './status.ts'

/** The same word of the same place within a minute is one scan, whoever tells it. */
const SAME_SCAN_MS = 60_000

/**
 * The state of a parcel: a pure function of the set of its scans, so that order of arrival, repetition and batches cannot matter.
 * The status is that of the greatest (instant, rank); a delivery is final but for a return or a correction.
 */
export function foldScans(scans: readonly Scan[]): ParcelState {
  return stateOf(mergeScans(scans))
}

/** All that was scanned, in order, told twice but once. */
export function mergeScans(scans: readonly Scan[]): readonly MergedScan[] {
  const counted = countedScans(scans)
  const corrections = counted.filter((scan) => scan.corrects !== undefined)
  return groupScans(counted).map((group) => merged(group, corrections))
}

/** Without what its own sender has taken back, whichever of the two came first: what others told of the same stays. */
export function countedScans<One extends Scan>(scans: readonly One[]): readonly One[] {
  const voided = new Set(scans.map(({ voids }) => voids).filter((event) => event !== undefined))
  return scans.filter(
    ({ event, voids }) => voids === undefined && (event === undefined || !voided.has(event)),
  )
}

/** What was told of each scan, in order; of what was told the first by the order that all have. */
export function groupScans<One extends Scan>(
  scans: readonly One[],
): readonly (readonly [One, ...One[]])[] {
  const groups: [One, ...One[]][] = []
  const open = new Map<string, [One, ...One[]]>()
  for (const scan of [...scans].sort(inOrder)) {
    const key = sameness(scan)
    const group = open.get(key)
    // From the first of a group, not from the last: a row of pings each a minute apart is no single scan.
    if (group !== undefined && scan.at - group[0].at <= SAME_SCAN_MS) {
      group.push(scan)
      continue
    }
    const begun: [One, ...One[]] = [scan]
    open.set(key, begun)
    groups.push(begun)
  }
  return groups
}

/** @param scans in order, as `mergeScans` gives them */
function stateOf(scans: readonly MergedScan[]): ParcelState {
  const walk: Walk = { attempts: 0 }
  for (const scan of scans) if (!scan.voided) step(walk, scan)
  const { holds, deliveredAt, signedBy } = walk
  const last = scans.at(-1)
  const isDelivered = holds?.status === 'delivered'
  return {
    status: holds?.status ?? 'registered',
    ...optional('statusAt', holds?.at),
    ...optional('reason', holds?.reason),
    ...optional('place', walk.place),
    ...optional('latitude', walk.latitude),
    ...optional('longitude', walk.longitude),
    ...optional('positionedAt', walk.positionedAt),
    ...optional('dispatchedAt', walk.dispatchedAt),
    ...(isDelivered ? optional('deliveredAt', deliveredAt) : {}),
    ...(isDelivered ? optional('signedBy', signedBy) : {}),
    attempts: walk.attempts,
    scans: scans.length,
    ...optional('lastScanAt', last?.at),
  }
}

interface Held {
  readonly status: Status
  readonly at: number
  readonly reason?: string
}

interface Walk {
  holds?: Held
  place?: string
  latitude?: number
  longitude?: number
  positionedAt?: number
  dispatchedAt?: number
  deliveredAt?: number
  signedBy?: string | undefined
  attempts: number
}

const returns: ReadonlySet<Status> = new Set(['returning', 'returned'])

function step(walk: Walk, scan: MergedScan): void {
  const { status } = scan
  const before = walk.holds
  // A parcel that was handed over does not travel: what is dated later is a late or a careless scan.
  if (before?.status === 'delivered' && (status === null || !returns.has(status))) return
  seePlace(walk, scan)
  if (status === null) return
  if (isUnderWay(status)) walk.dispatchedAt ??= scan.at
  if (status === 'delivery-attempted' || status === 'delivered') walk.attempts += 1
  if (status === 'delivered') handOver(walk, scan)
  // The same word again, at another place, does not begin anew; its reason may be a new one.
  const at = before?.status === status ? before.at : scan.at
  walk.holds = { status, at, ...optional('reason', scan.reason) }
}

function handOver(walk: Walk, { at, signedBy }: MergedScan): void {
  walk.deliveredAt = at
  walk.signedBy = signedBy
}

function seePlace(walk: Walk, { at, place, latitude, longitude }: MergedScan): void {
  if (place !== '') walk.place = place
  if (latitude === undefined || longitude === undefined) return
  walk.latitude = latitude
  walk.longitude = longitude
  walk.positionedAt = at
}

function merged(group: readonly [Scan, ...Scan[]], corrections: readonly Scan[]): MergedScan {
  const [{ at, status, code, place }] = group
  const voided = corrections.some(
    ({ corrects, at: since }) => corrects === status && at <= since && status !== null,
  )
  return {
    ...{ at, status, code, place, voided },
    sources: [...new Set(group.map(({ source }) => source))].sort(byText),
    ...firstOf(group, 'reason'),
    ...firstOf(group, 'signedBy'),
    ...firstOf(group, 'latitude'),
    ...firstOf(group, 'longitude'),
    ...firstOf(group, 'corrects'),
  }
}

function firstOf<Name extends keyof Scan>(
  group: readonly Scan[],
  name: Name,
): { readonly [Key in Name]?: NonNullable<Scan[Name]> } {
  const value = group.find((scan) => scan[name] !== undefined)?.[name]
  return optional(name, value ?? undefined)
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value })
}

/** What makes two scans within a minute one. */
function sameness({ status, code, place, corrects }: Scan): string {
  return JSON.stringify([status ?? `?${code}`, place.trim().toLowerCase(), corrects ?? ''])
}

/** By instant and rank, and by all the rest, so that one set has one order. */
function inOrder(one: Scan, other: Scan): number {
  const byTime = one.at - other.at || rankOf(one.status) - rankOf(other.status)
  return byTime === 0 ? byText(rest(one), rest(other)) : byTime
}

function rest(scan: Scan): string {
  const { place, code, source, reason, signedBy, latitude, longitude, corrects } = scan
  return JSON.stringify([place, code, source, reason, signedBy, latitude, longitude, corrects])
}

/** By code units: `localeCompare` depends on the machine. */
function byText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
