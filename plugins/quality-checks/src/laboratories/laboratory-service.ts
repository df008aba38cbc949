import {
  type Context,
  type EventWish,
  type Incoming,
  type PluginEvent,
  Refusal,
} from '@signalbox/sdk'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import { holdFailingLot } from './hold-failing-lot.ts'
import { judgeReport, verdictOfReport } from './judge-report.ts'
import type { JudgedResult, LaboratoryReport } from './laboratory-report.ts'
import type { LaboratoryConfig, LaboratorySource } from './laboratory-settings.ts'
import {
  findFailing,
  findLot,
  findMessage,
  findParked,
  type KnownLot,
  type ListedMessage,
  listMessages,
  type Message,
  type MessageState,
  type Outcome,
  saveOutcome,
  saveReport,
  storedDigest,
} from './laboratory-store.ts'
import { readReport, sourceOf } from './read-report.ts'

type LabPort = Context<LaboratoryConfig>

/** Of deliveries that no laboratory of the settings matches. */
const UNKNOWN = 'unknown'

/**
 * A signed delivery. Whatever it holds is kept first; what cannot be read is kept as refused with its reason, for it will be no
 * better when it comes again: once the settings are mended, `reprocess` reads it anew.
 */
export async function onLaboratoryDelivery(
  { id, receivedAt, json, bodyBase64 }: Incoming,
  ctx: LabPort,
): Promise<void> {
  const raw = json ?? { bodyBase64: bodyBase64 ?? '' }
  const laboratory = laboratoryOf(raw, ctx.config)
  const at = new Date(receivedAt).toISOString()
  const outcome = await take(ctx, {
    laboratory,
    message: id,
    origin: 'webhook',
    receivedAt: at,
    raw,
  })
  if (outcome.state === 'refused') {
    ctx.log.warn('a delivery of a laboratory was refused', { id, laboratory, code: outcome.code })
  }
}

function laboratoryOf(raw: unknown, config: LaboratoryConfig): string {
  try {
    return sourceOf(raw, config).laboratory
  } catch {
    return UNKNOWN
  }
}

/** The data of `laboratory.result.reported`: what another system of the company passes on. */
interface ResultReported {
  readonly report: string
  readonly laboratory: string
}

/** By the same code; what is refused is a dead letter, which an admin sees. */
export async function onLaboratoryResult(
  { source, id, data, time }: PluginEvent<ResultReported>,
  ctx: LabPort,
): Promise<void> {
  const message = `${source} ${id}`.slice(-200)
  const { laboratory } = data
  const outcome = await take(ctx, {
    laboratory,
    message,
    origin: 'event',
    receivedAt: time,
    raw: data,
  })
  if (outcome.state === 'refused') {
    throw new Refusal(outcome.code ?? 'REPORT_UNREADABLE', outcome.problem ?? 'It was refused.')
  }
}

/** Reports that came before their lot; and a part of a lot that comes after a report against it is held too. */
export async function onLotKnown({ lot }: { readonly lot: string }, ctx: LabPort): Promise<void> {
  for (const failing of await findFailing(ctx, lot)) await holdFailingLot(ctx, failing)
  for (const message of await findParked(ctx, lot)) await process(ctx, message)
}

/** Once, whatever often it comes. */
async function take(ctx: LabPort, message: Message): Promise<Outcome> {
  const known = await findMessage(ctx, message.laboratory, message.message)
  if (known !== undefined && known.state !== 'refused') return { state: known.state }
  const outcome = await process(ctx, message)
  // The lot may have come while this was parked, and looked for reports before there was one.
  return outcome.state === 'parked' ? process(ctx, message) : outcome
}

async function process(ctx: LabPort, message: Message): Promise<Outcome> {
  try {
    return await store(ctx, message)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const outcome: Outcome = { state: 'refused', code: error.code, problem: error.message }
    await saveOutcome(ctx, message, outcome)
    return outcome
  }
}

async function store(ctx: LabPort, message: Message): Promise<Outcome> {
  const source = sourceFor(message, ctx.config)
  const report = readReport(message.raw, source)
  const { lot } = report
  const known = await findLot(ctx, lot)
  if (known === undefined)
    return save(ctx, message, { state: 'parked', report: report.report, lot })
  requireItem(report, known)
  const digest = ctx.hash('SHA-256', JSON.stringify(report))
  const stored = await storedDigest(ctx, report)
  if (stored !== null) {
    requireSame(report, stored, digest)
    return save(ctx, message, { state: 'duplicate', report: report.report, lot })
  }
  const results = judgeReport(report, known.limits, source)
  const characteristics = failingOf(results)
  // Hold first: a report that is kept has held its lot, and one that comes again holds it where this stopped.
  if (characteristics.length > 0) await holdFailingLot(ctx, { ...report, characteristics })
  const event = receivedEvent(report, known, results, ctx)
  await saveReport(ctx, message, report, results, { digest, event })
  // A part of the lot that came in between found no report against it yet.
  if (characteristics.length > 0) await holdFailingLot(ctx, { ...report, characteristics })
  return { state: 'stored', report: report.report, lot }
}

async function save(ctx: LabPort, message: Message, outcome: Outcome): Promise<Outcome> {
  await saveOutcome(ctx, message, outcome)
  return outcome
}

/** An event has the fields of its schema; names and limits of characteristics may be mapped all the same. */
function sourceFor(
  { origin, laboratory, raw }: Message,
  config: LaboratoryConfig,
): LaboratorySource {
  if (origin === 'webhook') return sourceOf(raw, config)
  const found = config.laboratories?.find((one) => one.laboratory === laboratory)
  const characteristics = found?.characteristics ?? []
  return { laboratory, characteristics }
}

/** @throws ITEM_MISMATCHED */
function requireItem({ lot, item }: LaboratoryReport, known: KnownLot): void {
  if (item === null || item === known.item) return
  throw new Refusal('ITEM_MISMATCHED', `Lot ${lot} is of ${known.item}, not of ${item}.`)
}

/** @throws REPORT_CHANGED */
function requireSame({ report }: LaboratoryReport, stored: string, digest: string): void {
  if (stored === digest) return
  throw new Refusal(
    'REPORT_CHANGED',
    `Report ${report} is there with other results: a corrected report needs a number of its own.`,
  )
}

function receivedEvent(
  { report, laboratory, lot }: LaboratoryReport,
  { item, accepted }: KnownLot,
  results: readonly JudgedResult[],
  { now }: Pick<Context, 'now'>,
): EventWish {
  const passed = verdictOfReport(results)
  const failing = failingOf(results)
  return {
    type: 'quality.laboratory-result.received',
    key: lot,
    id: `laboratory:${laboratory}:${report}`.slice(0, 200),
    data: {
      ...{ report, laboratory, lot, item },
      ...(passed === null ? {} : { passed }),
      ...(failing.length === 0 ? {} : { failing }),
      // Until then: what others may have used already is to be called back.
      accepted,
      at: new Date(now()).toISOString(),
    },
  }
}

function failingOf(results: readonly JudgedResult[]): readonly string[] {
  const failing = results.filter(({ passed }) => passed === false)
  return [...new Set(failing.map(({ characteristic }) => characteristic))]
}

interface MessagesInput {
  readonly state?: MessageState
  readonly lot?: string
  readonly limit?: number
  readonly cursor?: string
}

export async function laboratoryMessages(
  { limit = 50, cursor, ...filter }: MessagesInput,
  ctx: LabPort,
) {
  const after = cursor === undefined ? {} : { after: parsePlace(cursor) }
  const found = await listMessages(ctx, filter, { limit: limit + 1, ...after })
  const cursorOf = ({ receivedAt, message }: ListedMessage) =>
    writePlace({ at: receivedAt, id: message })
  return pageOf(found, limit, cursorOf, (row) => row)
}

interface MessageInput {
  readonly laboratory: string
  readonly message: string
}

/** A delivery as it came. @throws MESSAGE_UNKNOWN */
export async function laboratoryMessage(input: MessageInput, ctx: LabPort) {
  return requireMessage(input, ctx)
}

/** Reads a refused or parked delivery anew, after the settings were mended. */
export async function reprocessLaboratoryMessage(input: MessageInput, ctx: LabPort) {
  const found = await requireMessage(input, ctx)
  if (found.state === 'stored' || found.state === 'duplicate') return { state: found.state }
  const { state, code, problem } = await process(ctx, found)
  return { state, ...(code === undefined ? {} : { code, problem }) }
}

async function requireMessage({ laboratory, message }: MessageInput, ctx: LabPort) {
  const found = await findMessage(ctx, laboratory, message)
  if (found !== undefined) return found
  throw new Refusal('MESSAGE_UNKNOWN', `There is no delivery ${message} of ${laboratory}.`)
}
