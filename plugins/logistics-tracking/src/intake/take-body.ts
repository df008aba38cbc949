import { type Context, Refusal } from '@signalbox/sdk'
import { packsOf } from '../carriers/packs-of.ts'
import { type PayloadFault, readPayload, type ToldScan } from '../carriers/read-payload.ts'
import type { IncomingScan } from '../scans/incoming-scan.ts'
import type { RecordedScans } from '../scans/plan-scans.ts'
import { recordScans } from '../scans/record-scans.ts'
import { type MessageState, saveMessage } from './message-store.ts'
import type { IntakeSettings } from './settings.ts'

export interface Body {
  readonly message: string
  readonly source: string
  readonly pack: string
  readonly receivedAt: number
  readonly body: unknown
  readonly offset?: string
}

export interface TakenBody extends RecordedScans {
  readonly faults: readonly PayloadFault[]
}

/** Reads a body by its pack, records its scans and keeps it, all in one; what cannot be read of it is kept with the reason. */
export async function takeBody(ctx: Context, told: Body): Promise<TakenBody> {
  const { message, source, pack: name, receivedAt, body } = told
  const pack = (await packsOf(ctx, [name])).get(name)
  if (pack === undefined) {
    throw new Refusal('PACK_UNKNOWN', `No enabled plugin says how ${name} writes: enable one.`)
  }
  const { offsets = {} } = (ctx.config as IntakeSettings).intake ?? {}
  const { scans, faults } = readPayload(pack, body, told.offset ?? offsets[name])
  const state = stateOf(scans.length, faults.length)
  const kept = { message, source, pack: name, receivedAt, state, scans: scans.length, faults, body }
  const incoming = scans.map((scan) => incomingOf(scan, name, source))
  const statements = [saveMessage(ctx.tenant, kept)]
  return { ...(await recordScans(ctx, incoming, { message, statements })), faults }
}

function stateOf(scans: number, faults: number): MessageState {
  if (faults === 0) return 'read'
  return scans > 0 ? 'partly' : 'refused'
}

function incomingOf(scan: ToldScan, pack: string, source: string): IncomingScan {
  return { ...scan, pack, source }
}
