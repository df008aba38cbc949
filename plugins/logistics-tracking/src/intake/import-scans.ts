import { type Context, Refusal } from '@signalbox/sdk'
import { readInstant } from '../calls/instant.ts'
import { packsOf } from '../carriers/packs-of.ts'
import type { IncomingScan } from '../scans/incoming-scan.ts'
import { recordScans } from '../scans/record-scans.ts'
import { type CsvRow, readCsv } from './csv.ts'

const columns = [
  'trackingNumber',
  'carrier',
  'status',
  'at',
  'place',
  'text',
  'latitude',
  'longitude',
  'signedBy',
] as const

type Column = (typeof columns)[number]

/** Heads of columns that are met often, without case and blanks. */
const usualHeads: Readonly<Record<string, Column>> = {
  trackingnumber: 'trackingNumber',
  tracking: 'trackingNumber',
  number: 'trackingNumber',
  waybill: 'trackingNumber',
  运单号: 'trackingNumber',
  快递单号: 'trackingNumber',
  carrier: 'carrier',
  courier: 'carrier',
  承运商: 'carrier',
  快递公司: 'carrier',
  status: 'status',
  code: 'status',
  event: 'status',
  状态: 'status',
  at: 'at',
  time: 'at',
  datetime: 'at',
  eventtime: 'at',
  时间: 'at',
  place: 'place',
  location: 'place',
  city: 'place',
  地点: 'place',
  text: 'text',
  description: 'text',
  message: 'text',
  描述: 'text',
  latitude: 'latitude',
  纬度: 'latitude',
  longitude: 'longitude',
  经度: 'longitude',
  signedby: 'signedBy',
  签收人: 'signedBy',
}

export interface ImportWish {
  readonly csv: string
  /** The head of the column that holds each, where it is none of the usual ones. */
  readonly columns?: Readonly<Partial<Record<Column, string>>>
  /** Whose words the statuses are; the plugin's own when absent. */
  readonly pack?: string
  /** For times without an offset. */
  readonly offset?: string
}

interface RowError {
  readonly line: number
  readonly code: string
  readonly message: string
}

const MAX_ROWS = 5000
const MAX_ERRORS = 100

/** Takes in a table of scans: rows that cannot be read are told by their line, the others are taken. Sent again it changes nothing. */
export async function importScans(wish: ImportWish, ctx: Context) {
  const { pack: name = 'common' } = wish
  const pack = (await packsOf(ctx, [name])).get(name)
  if (pack === undefined) {
    throw new Refusal('PACK_UNKNOWN', `No enabled plugin says how ${name} writes: enable one.`)
  }
  const { scans, errors, rows } = readTable(wish, name, wish.offset ?? pack.offset)
  const { taken, duplicates, quarantined, unmapped } = await recordScans(ctx, scans)
  return {
    ...{ rows, taken, duplicates, quarantined, unmapped },
    failed: errors.length,
    errors: errors.slice(0, MAX_ERRORS),
  }
}

/** Pure. @throws Refusal CSV_EMPTY, CSV_TOO_LONG, CSV_COLUMN_MISSING */
export function readTable(wish: ImportWish, pack: string, offset: string) {
  const { rows, broken } = readCsv(wish.csv)
  const [head, ...body] = rows
  if (head === undefined)
    throw new Refusal('CSV_EMPTY', 'Send a line of heads and one row at least.')
  if (body.length > MAX_ROWS) {
    throw new Refusal('CSV_TOO_LONG', `Send at most ${MAX_ROWS} rows at once.`)
  }
  const places = placesOf(head, wish.columns ?? {})
  const scans: IncomingScan[] = []
  const errors: RowError[] = []
  for (const row of body) {
    const scan = scanOf(row, places, pack, offset)
    if ('code' in scan) errors.push(scan)
    else scans.push(scan)
  }
  if (broken !== undefined) {
    const message = 'A quote is not closed, or stands within a cell: nothing after it was read.'
    errors.push({ line: broken, code: 'CSV_BROKEN', message })
  }
  return { scans, errors, rows: body.length }
}

type Places = ReadonlyMap<Column, number>

function placesOf({ cells }: CsvRow, wished: NonNullable<ImportWish['columns']>): Places {
  const places = new Map<Column, number>()
  for (const [i, cell] of cells.entries()) {
    const named = columns.find((column) => wished[column] === cell)
    const usual = usualHeads[cell.toLowerCase().replace(/[\s_-]/g, '')]
    const column = named ?? usual
    if (column !== undefined && (named !== undefined || wished[column] === undefined)) {
      if (!places.has(column)) places.set(column, i)
    }
  }
  for (const column of ['trackingNumber', 'status', 'at'] as const) {
    if (places.has(column)) continue
    throw new Refusal(
      'CSV_COLUMN_MISSING',
      `No column holds ${column}: name its head in \`columns\`.`,
    )
  }
  return places
}

function scanOf(
  { line, cells }: CsvRow,
  places: Places,
  pack: string,
  offset: string,
): IncomingScan | RowError {
  const cell = (column: Column) => (cells[places.get(column) ?? -1] ?? '').slice(0, 500)
  const number = cell('trackingNumber')
  const at = readInstant(cell('at'), offset)
  const status = cell('status').slice(0, 100)
  if (number === '' || number.length > 100) {
    return { line, code: 'NUMBER_MISSING', message: 'The row has no tracking number.' }
  }
  if (at === undefined) {
    return { line, code: 'TIME_UNREADABLE', message: 'Write the time as 2026-03-01 18:00:00.' }
  }
  if (status === '') return { line, code: 'STATUS_MISSING', message: 'The row has no status.' }
  const degrees = ['latitude', 'longitude'].map((column) =>
    Number(cell(column as Column) || 'none'),
  )
  const [latitude = Number.NaN, longitude = Number.NaN] = degrees
  const isPlaced = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return {
    ...{ number, at, pack, codes: [status], place: cell('place').slice(0, 300), source: 'csv' },
    ...(cell('carrier') === '' ? {} : { carrier: cell('carrier').slice(0, 200) }),
    ...(cell('text') === '' ? {} : { text: cell('text') }),
    ...(cell('signedBy') === '' ? {} : { signedBy: cell('signedBy').slice(0, 200) }),
    ...(isPlaced ? { latitude, longitude } : {}),
  }
}
