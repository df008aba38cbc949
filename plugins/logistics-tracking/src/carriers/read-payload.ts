import { readInstant } from '../calls/instant.ts'
import type { CarrierPack, Meaning } from './carrier-pack.ts'
import { atPointer } from './json-pointer.ts'

/** A scan as a sender told it, not mapped yet. */
export interface ToldScan {
  readonly number: string
  readonly carrier?: string
  readonly at: number
  /** From the finest word to the coarsest. */
  readonly codes: readonly string[]
  readonly place: string
  readonly text?: string
  readonly signedBy?: string
  readonly latitude?: number
  readonly longitude?: number
}

/** What of a body could not be read; the rest of it is taken. */
export interface PayloadFault {
  readonly pointer: string
  readonly code: 'BODY_EMPTY' | 'NUMBER_MISSING' | 'TIME_UNREADABLE' | 'SCANS_TOO_MANY'
}

export interface ReadPayload {
  readonly scans: readonly ToldScan[]
  readonly faults: readonly PayloadFault[]
}

/** More than fit a body that the host takes (1 MiB); what is beyond is told as a fault. */
const MAX_SCANS = 40_000
const MAX_FAULTS = 20
const MAX_NUMBER = 100
const MAX_CODE = 100
const MAX_TEXT = 500

/** Reads a body by what its sender's pack says. Pure. @param offset instead of the pack's, where the tenant knows better */
export function readPayload(
  pack: CarrierPack,
  body: unknown,
  offset: string = pack.offset,
): ReadPayload {
  const scans: ToldScan[] = []
  const faults: PayloadFault[] = []
  const { records, found } = recordsOf(pack, body)
  if (found.length === 0) faults.push({ pointer: records, code: 'BODY_EMPTY' })
  for (const [i, record] of found.entries()) {
    const where = `${records}/${i}`
    const number = textAt(record, record, pack.payload.number)
    if (number === undefined || number.length > MAX_NUMBER) {
      faults.push({ pointer: where, code: 'NUMBER_MISSING' })
      continue
    }
    readRecord(pack, offset, { record, number, where }, scans, faults)
  }
  if (scans.length > MAX_SCANS) faults.push({ pointer: records, code: 'SCANS_TOO_MANY' })
  return { scans: scans.slice(0, MAX_SCANS), faults: faults.slice(0, MAX_FAULTS) }
}

function recordsOf({ payload }: CarrierPack, body: unknown) {
  for (const records of payload.records ?? ['']) {
    const value = atPointer(body, records)
    if (value === undefined || value === null) continue
    const found = Array.isArray(value) ? value : [value]
    const isIt = found.some((record) => textAt(record, record, payload.number) !== undefined)
    if (isIt) return { records, found }
  }
  const [records = ''] = payload.records ?? ['']
  const value = atPointer(body, records)
  return { records, found: value === undefined || value === null ? [] : [value].flat() }
}

interface OneRecord {
  readonly record: unknown
  readonly number: string
  readonly where: string
}

function readRecord(
  pack: CarrierPack,
  offset: string,
  { record, number, where }: OneRecord,
  scans: ToldScan[],
  faults: PayloadFault[],
): void {
  const { payload } = pack
  const members = membersOf(record, payload.scans)
  const first = scans.length
  for (const [i, member] of members.entries()) {
    const at = firstInstant(member, record, payload.at, offset)
    if (at === undefined) {
      faults.push({ pointer: `${where}/${i}`, code: 'TIME_UNREADABLE' })
      continue
    }
    scans.push(toldScan(pack, { record, number, where }, member, at))
  }
  if (payload.newest !== undefined) nameNewest(record, payload.newest, scans, first)
}

function membersOf(record: unknown, pointers: readonly string[] | undefined): readonly unknown[] {
  if (pointers === undefined) return [record]
  return pointers.flatMap((pointer) => {
    const value = atPointer(record, pointer)
    if (value === undefined || value === null) return []
    return Array.isArray(value) ? value : [value]
  })
}

function toldScan(
  { payload, carriers }: CarrierPack,
  { record, number }: OneRecord,
  member: unknown,
  at: number,
): ToldScan {
  const carrier = textAt(record, record, payload.carrier)
  const codes = payload.code.flatMap((pointer) => textAt(member, record, [pointer]) ?? [])
  const place = (payload.place ?? []).flatMap((pointer) => textAt(member, record, [pointer]) ?? [])
  return {
    ...{ number, at },
    codes: codes.map((code) => code.slice(0, MAX_CODE)),
    place: [...new Set(place)].join(', ').slice(0, 300),
    ...given('carrier', carrier && (own(carriers, carrier) ?? carrier).slice(0, 200)),
    ...given('text', textAt(member, record, payload.text)?.slice(0, MAX_TEXT)),
    ...given('signedBy', textAt(member, record, payload.signedBy)?.slice(0, 200)),
    ...given('latitude', degreesAt(member, record, payload.latitude, 90)),
    ...given('longitude', degreesAt(member, record, payload.longitude, 180)),
  }
}

/** A state of the whole is the state of its newest scan; of the others it says nothing. */
function nameNewest(
  record: unknown,
  pointers: readonly string[],
  scans: ToldScan[],
  first: number,
): void {
  const code = textAt(record, record, pointers)
  if (code === undefined) return
  let newest = -1
  for (let i = first; i < scans.length; i += 1) {
    const scan = scans[i]
    if (scan !== undefined && (newest < 0 || scan.at > (scans[newest]?.at ?? 0))) newest = i
  }
  const scan = scans[newest]
  if (scan !== undefined && scan.codes.length === 0) scans[newest] = { ...scan, codes: [code] }
}

/** The first of its words that means something, from the finest. */
export function meaningOf(
  codes: readonly string[],
  ...tables: readonly Readonly<Record<string, Meaning>>[]
): Meaning | undefined {
  for (const code of codes) {
    for (const table of tables) {
      const meaning = own(table, code)
      if (meaning !== undefined) return meaning
    }
  }
  return undefined
}

function firstInstant(
  member: unknown,
  record: unknown,
  pointers: readonly string[],
  offset: string,
): number | undefined {
  for (const pointer of pointers) {
    const at = readInstant(valueAt(member, record, pointer), offset)
    if (at !== undefined) return at
  }
  return undefined
}

function degreesAt(
  member: unknown,
  record: unknown,
  pointers: readonly string[] = [],
  most: number,
): number | undefined {
  const text = textAt(member, record, pointers)
  const degrees = text === undefined ? Number.NaN : Number(text)
  return Math.abs(degrees) <= most ? degrees : undefined
}

function textAt(
  member: unknown,
  record: unknown,
  pointers: readonly string[] = [],
): string | undefined {
  for (const pointer of pointers) {
    const value = valueAt(member, record, pointer)
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return undefined
}

function valueAt(member: unknown, record: unknown, pointer: string): unknown {
  return pointer.startsWith('^') ? atPointer(record, pointer.slice(1)) : atPointer(member, pointer)
}

function own<Value>(
  table: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined | '',
): { readonly [Key in Name]?: Value } {
  return value === undefined || value === ''
    ? {}
    : ({ [name]: value } as { readonly [Key in Name]?: Value })
}
