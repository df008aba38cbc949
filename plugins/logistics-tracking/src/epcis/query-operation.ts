import type { Context } from '@signalbox/sdk'
import { pageOf, readCursor } from '../calls/cursor.ts'
import { canonicalKey } from '../identifiers/digital-link.ts'
import { errorMark, type KeyRole } from './event-row.ts'
import { type EventFilter, findEvents, type KeptEvent } from './event-store.ts'
import { keyRanges } from './key-pattern.ts'
import { standardName } from './standard-names.ts'

export interface QueryRequest {
  readonly epc?: string
  readonly eventType?: string
  readonly bizStep?: string
  readonly from?: string
  readonly to?: string
  readonly action?: string
  readonly disposition?: string
  readonly readPoint?: string
  readonly bizLocation?: string
  readonly bizTransaction?: string
  readonly eventID?: string
  /** `only`: events that declare an error; `exclude`: neither these nor what they declare wrong. */
  readonly errors?: 'include' | 'exclude' | 'only'
  readonly recordedFrom?: string
  readonly limit?: number
  readonly cursor?: string
}

export interface QueryAnswer {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly next?: string
}

const LIMIT = 50
/** Characters of a page: an answer has 2 MiB. */
const PAGE_SIZE = 1_200_000

const objectRoles: readonly KeyRole[] = ['epc', 'class', 'parent', 'child', 'input', 'output']

/** Events that fit all that is asked for, newest first; names may be written in any form. */
export async function query(request: QueryRequest, ctx: Pick<Context, 'db'>): Promise<QueryAnswer> {
  const { limit = LIMIT } = request
  const rows = await findEvents(ctx, filterOf(request), limit + 1)
  const fitting = fitPage(rows.slice(0, limit))
  const isCut = fitting.length < Math.min(rows.length, limit)
  const read = isCut ? [...fitting, ...rows.slice(fitting.length, fitting.length + 1)] : rows
  return pageOf(read, fitting.length, ({ at_ms, event }) => ({ at: at_ms, id: event }), shown)
}

/** At least one, however large. */
function fitPage(rows: readonly KeptEvent[]): readonly KeptEvent[] {
  let size = 0
  const end = rows.findIndex(({ body }, i) => {
    size += JSON.stringify(body).length
    return i > 0 && size > PAGE_SIZE
  })
  return end === -1 ? rows : rows.slice(0, end)
}

function filterOf(request: QueryRequest): EventFilter {
  const { from, to, recordedFrom, cursor, epc, bizTransaction, eventID } = request
  const after = readCursor(cursor)
  return {
    columns: columnsOf(request),
    ...(eventID === undefined ? {} : { id: eventID }),
    at: {
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
    },
    ...(recordedFrom === undefined ? {} : { recordedFrom: Date.parse(recordedFrom) }),
    keys: [
      ...(epc === undefined ? [] : [{ roles: objectRoles, ranges: keyRanges(epc) }]),
      ...(bizTransaction === undefined ? [] : [transaction(canonicalKey(bizTransaction))]),
    ],
    ...(after === undefined ? {} : { after }),
  }
}

function transaction(key: string) {
  return { roles: ['transaction'] as const, ranges: [{ low: key, high: key }] }
}

function columnsOf(request: QueryRequest): readonly (readonly [string, string | boolean])[] {
  const { eventType, bizStep, action, disposition, readPoint, bizLocation } = request
  const own = new Map<string, string>()
  const columns: (readonly [string, string | boolean | undefined])[] = [
    ['event_type', eventType],
    ['biz_step', bizStep && standardName('bizStep', bizStep, own)],
    ['action', action],
    ['disposition', disposition && standardName('disposition', disposition, own)],
    ['read_point', readPoint && canonicalKey(readPoint)],
    ['biz_location', bizLocation && canonicalKey(bizLocation)],
    ...errorColumns(request.errors),
  ]
  return columns.flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value] as const],
  )
}

function errorColumns(errors: QueryRequest['errors']): readonly (readonly [string, boolean])[] {
  if (errors === 'only') return [['declares_error', true]]
  if (errors !== 'exclude') return []
  return [
    ['declares_error', false],
    ['erroneous', false],
  ]
}

const context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

/** As it was captured; with its hash for an id where it has none, and with the prefixes that it needs to stand alone. */
function shown({ event, recorded_ms, body, prefixes }: KeptEvent) {
  const hasPrefixes = Object.keys(prefixes).length > 0
  return {
    ...(hasPrefixes ? { '@context': [context, prefixes] } : {}),
    ...body,
    eventID: body['eventID'] ?? event.replace(errorMark, ''),
    recordTime: new Date(recorded_ms).toISOString(),
  }
}
