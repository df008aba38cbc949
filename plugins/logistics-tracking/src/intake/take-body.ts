import { type Context, type JobRun, Refusal } from '@signalbox/sdk'
import { packsOf } from '../carriers/packs-of.ts'
import { type PayloadFault, readPayload, type ToldScan } from '../carriers/read-payload.ts'
import type { IncomingScan } from '../scans/incoming-scan.ts'
import type { RecordedScans } from '../scans/plan-scans.ts'
import { recordScans } from '../scans/record-scans.ts'
import { inParts, keepBody, readBody } from './body-parts.ts'
import { type MessageState, readMessages, saveMessage } from './message-store.ts'
import type { IntakeSettings } from './settings.ts'
import { soundBody } from './sound-body.ts'

export interface Body {
  readonly message: string
  readonly source: string
  readonly pack: string
  readonly receivedAt: number
  readonly body: unknown
  readonly offset?: string
  /** How many of its scans were taken before. */
  readonly from?: number
  /** In so many parts it is kept already. */
  readonly parts?: number
}

/** Well within the deadline of a call; the rest of a longer body is read by the job. */
const SCANS_AT_ONCE = 800

export interface TakenBody extends RecordedScans {
  readonly faults: readonly PayloadFault[]
}

/**
 * Reads a body by its pack, records its scans and keeps it, all in one; what cannot be read of it is kept with the reason. A body of
 * very many scans is kept with the first of them, and read to its end by the job.
 */
export async function takeBody(ctx: Context, told: Body): Promise<TakenBody> {
  const { message, source, pack: name, receivedAt, from = 0 } = told
  const body = soundBody(told.body)
  const pack = (await packsOf(ctx, [name])).get(name)
  if (pack === undefined) {
    throw new Refusal('PACK_UNKNOWN', `No enabled plugin says how ${name} writes: enable one.`)
  }
  const { offsets = {} } = (ctx.config as IntakeSettings).intake ?? {}
  const { scans, faults } = readPayload(pack, body, told.offset ?? offsets[name])
  const to = Math.min(from + SCANS_AT_ONCE, scans.length)
  const isWhole = to === scans.length
  const state = isWhole ? stateOf(scans.length, faults.length) : 'partly'
  const { parts = 0 } = told
  const whole = parts > 0 ? inParts(parts) : await keepBody(ctx, told, body)
  const kept = { message, source, pack: name, receivedAt, state, scans: to, faults, body: whole }
  const incoming = scans.slice(from, to).map((scan) => incomingOf(scan, name, source))
  const statements = [saveMessage(ctx.tenant, kept)]
  const recorded = await recordScans(ctx, incoming, { message, statements })
  // A run that is cut short here is tried again by whoever began it, and finds its part taken.
  if (!isWhole) await readLater(ctx, { message, from: to, ...offsetOf(told) })
  return { ...recorded, faults }
}

interface Rest {
  readonly message: string
  readonly from: number
  readonly offset?: string
}

/** Has the job read a kept body, from a scan on. */
export async function readLater({ jobs }: Context, rest: Rest): Promise<void> {
  await jobs.schedule('read-rest', {
    afterMs: 0,
    key: `${rest.message}:${rest.from}`.slice(-100),
    payload: { ...rest },
  })
}

/** Goes on with a body where its last part ended. */
export async function readRest({ payload }: JobRun<Rest>, ctx: Context): Promise<void> {
  if (payload === undefined) return
  const { message, from } = payload
  const states = ['read', 'partly', 'refused', 'held']
  const [row] = await readMessages(ctx, { message, states }, 1)
  if (row === undefined) return
  const { source, pack, parts, received_at_ms } = row
  const kept = { message, source, pack, receivedAt: Number(received_at_ms), parts }
  const body = await readBody(ctx, row)
  await takeBody(ctx, { ...kept, body, from, ...offsetOf(payload) })
}

function offsetOf({ offset }: { readonly offset?: string }) {
  return offset === undefined ? {} : { offset }
}

function stateOf(scans: number, faults: number): MessageState {
  if (faults === 0) return 'read'
  return scans > 0 ? 'partly' : 'refused'
}

function incomingOf(scan: ToldScan, pack: string, source: string): IncomingScan {
  return { ...scan, pack, source }
}
