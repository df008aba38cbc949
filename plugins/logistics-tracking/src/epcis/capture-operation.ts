import { type Context, type EventWish, Refusal, type Statement } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { MOST_EVENTS as MOST_TOLD, toldTransaction } from '../calls/told-transaction.ts'
import { readingsOf } from '../sensors/event-readings.ts'
import { type ShipmentsOf, watchReadings } from '../sensors/watch-readings.ts'
import { flowsOf, membershipsOf } from '../trace/event-links.ts'
import { insertFlows, insertMemberships } from '../trace/trace-store.ts'
import { type Prefixes, readContext } from './context.ts'
import { documentParts, type EpcisEvent } from './document.ts'
import { eventHash } from './event-hash/event-hash.ts'
import { type EventRow, errorMark, eventRow, keysOf } from './event-row.ts'
import { insertEvents, insertKeys, knownEvents, markErroneous } from './event-store.ts'
import { scansOf, type TakeScans } from './scan-feed.ts'
import { takeDueScans } from './take-due-scans.ts'
import { documentFaults } from './validation/document-check.ts'

export interface CapturePorts {
  readonly takeScans: TakeScans
  readonly shipmentsOf: ShipmentsOf
}

export interface CaptureAnswer {
  readonly captured: number
  readonly duplicates: number
  /** Of the events of the document, in their order. */
  readonly hashes: readonly string[]
}

interface Captured {
  readonly row: EventRow
  readonly prefixes: Prefixes
}

const MOST_EVENTS = 500
/** Characters of the events of one transaction, and of all that is made from them: it is one message to the host of 262,144. */
const CHUNK_SIZE = 70_000
const MESSAGE_SIZE = 240_000
/** With all that is made from it, one event must fit. */
const EVENT_SIZE = 80_000

/**
 * Takes a document: all of it is held to the standard before anything is kept. An event that is there already is passed over, so a
 * document may be sent again, and is to be when an answer did not come. Alarms are told with the commit that keeps their readings.
 *
 * @throws Refusal EPCIS_INVALID, EPCIS_TOO_LARGE, CONTEXT_REMOTE, CONTEXT_INVALID
 */
export async function capture(
  { document }: { readonly document: EpcisEvent },
  ctx: Context,
  ports: CapturePorts,
): Promise<CaptureAnswer> {
  const events = readDocument(document)
  const hashes = events.map(({ row }) => row.event.replace(errorMark, ''))
  const once = [...new Map(events.map((one) => [one.row.event, one])).values()]
  const known =
    once.length === 0
      ? new Set()
      : await knownEvents(
          ctx,
          once.map(({ row }) => row.event),
        )
  const fresh = once.filter(({ row }) => !known.has(row.event))
  let captured = 0
  for (const chunk of chunksOf(fresh)) captured += await keepChunk(chunk, ctx, ports)
  await takeDueScans(ctx, ports.takeScans)
  return { captured, duplicates: events.length - captured, hashes }
}

function readDocument(document: EpcisEvent): readonly Captured[] {
  const faults = documentFaults(document)
  if (faults.length > 0) {
    const text = faults.slice(0, 5).map(({ at, problem }) => `${at || '/'} ${problem}`)
    throw new Refusal('EPCIS_INVALID', `${text.join('; ')}.`.slice(0, 1000))
  }
  const { events, prefixes, ignored } = documentParts(document)
  if (events.length > MOST_EVENTS) {
    throw new Refusal(
      'EPCIS_TOO_LARGE',
      `The document has ${events.length} events: send at most ${MOST_EVENTS} in one.`,
    )
  }
  return events.map((event, i) => {
    if (JSON.stringify(event).length > EVENT_SIZE) {
      throw new Refusal(
        'EPCIS_TOO_LARGE',
        `Event ${i} has more than ${EVENT_SIZE} characters: name its objects in several events.`,
      )
    }
    const own =
      event['@context'] === undefined ? prefixes : readContext(event['@context'], prefixes)
    return { row: eventRow(event, own, eventHash(event, own, ignored).hash), prefixes: own }
  })
}

function chunksOf(events: readonly Captured[]): readonly (readonly Captured[])[] {
  const chunks: Captured[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const one of events) {
    const own = JSON.stringify(one.row).length
    if (size + own > CHUNK_SIZE) {
      chunks.push([])
      size = 0
    }
    chunks.at(-1)?.push(one)
    size += own
  }
  return chunks
}

/** @returns how many were not there yet */
async function keepChunk(
  events: readonly Captured[],
  ctx: Context,
  ports: CapturePorts,
): Promise<number> {
  const kept = await again(async () => {
    const plan = await planChunk(events, ctx, ports)
    const size = JSON.stringify([plan.statements, plan.events]).length
    if ((plan.events.length > MOST_TOLD || size > MESSAGE_SIZE) && events.length > 1)
      return undefined
    const [rows = 0] = await toldTransaction(ctx, plan.statements, plan.events)
    return rows
  })
  if (kept !== undefined) return kept
  const half = Math.ceil(events.length / 2)
  return (
    (await keepChunk(events.slice(0, half), ctx, ports)) +
    (await keepChunk(events.slice(half), ctx, ports))
  )
}

/** An event and that its scans are due are one commit: nothing that is cut short leaves one without the other. */
function withDue(row: EventRow) {
  return { ...row, scans_due: !row.declares_error && scansOf(row).length > 0 }
}

async function planChunk(
  events: readonly Captured[],
  ctx: Context,
  { shipmentsOf }: CapturePorts,
): Promise<{ readonly statements: readonly Statement[]; readonly events: readonly EventWish[] }> {
  const { tenant } = ctx
  const rows = events.map(({ row }) => row)
  const counting = events.filter(({ row }) => !row.declares_error)
  const memberships = counting.flatMap(({ row }) => membershipsOf(row))
  const flows = counting.flatMap(({ row, prefixes }) => flowsOf(row, prefixes))
  const readings = counting.flatMap(({ row, prefixes }) => readingsOf(row, prefixes))
  const watch = await watchReadings(ctx, readings, memberships, shipmentsOf)
  const keys = rows.flatMap(({ body, event, at_ms }) =>
    keysOf(body).map((key) => ({ ...key, event, at_ms })),
  )
  return {
    statements: [
      insertEvents(tenant, rows.map(withDue), actorOf(ctx), ctx.now()),
      ...(keys.length === 0 ? [] : [insertKeys(tenant, keys)]),
      ...(memberships.length === 0 ? [] : [insertMemberships(tenant, memberships)]),
      ...(flows.length === 0 ? [] : [insertFlows(tenant, flows)]),
      markErroneous(rows),
      ...watch.statements,
    ],
    events: watch.events,
  }
}
