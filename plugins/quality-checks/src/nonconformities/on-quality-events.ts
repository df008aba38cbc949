import { type Context, type PluginEvent, Refusal } from '@signalbox/sdk'
import { advance } from './advance.ts'
import {
  changeNonconformity,
  requireNonconformity,
  type ServicePort,
} from './change-nonconformity.ts'
import { effectivenessOf } from './effectiveness.ts'
import type { Nonconformity } from './nonconformity.ts'
import { findLaterLots } from './nonconformity-lists.ts'
import { openFor } from './nonconformity-service.ts'
import { findVerifying } from './nonconformity-store.ts'
import type { Finding } from './open-nonconformity.ts'

interface Defect {
  readonly code: string
  readonly class?: Finding['severity']
  readonly count: number
}

/** The data of `quality.lot.rejected`, as far as a nonconformity is made of it. */
export interface LotRejected {
  readonly lot: string
  readonly item: string
  readonly supplier?: string
  readonly unit: string
  readonly rejected: number
  /** By all events of the decision. */
  readonly rejectedInAll?: number
  readonly inspection?: string
  readonly decision: string
  readonly defects?: readonly Defect[]
  readonly reason?: string
  readonly orders?: readonly string[]
  readonly at: string
}

const ranks = { critical: 0, major: 1, minor: 2 } as const

/** The gravest defect stands for the nonconformity: by class, then by how often, then by code. */
function gravestDefect(defects: readonly Defect[]): Defect | undefined {
  return defects.toSorted(
    (a, b) =>
      ranks[a.class ?? 'major'] - ranks[b.class ?? 'major'] ||
      b.count - a.count ||
      (a.code < b.code ? -1 : 1),
  )[0]
}

/** As long as a title may be. */
const TITLE_LENGTH = 300

function findingOf(data: LotRejected): Finding {
  const { lot, item, supplier = null, unit, rejected, defects = [], reason } = data
  const quantity = data.rejectedInAll ?? rejected
  const gravest = gravestDefect(defects)
  const what = reason ?? gravest?.code
  const title = what === undefined ? `${item} · ${lot}` : `${item} · ${lot}: ${what}`
  return {
    // A rejected lot whose defects nobody classed could not be used: that is a major one (ISO 2859-1, 3.1.7).
    severity: gravest?.class ?? 'major',
    title: title.slice(0, TITLE_LENGTH),
    ...{ lot, item, supplier, defect: gravest?.code ?? null, quantity, unit },
    ...{ owner: null, foundAt: new Date(data.at).toISOString() },
  }
}

type OpenPort = ServicePort & Pick<Context, 'hash'>

/**
 * One a decision, however often it is told and however many ways its parts go. Decisions have their ids within their
 * inspection: a lot that comes in parts has several.
 */
export async function onLotRejected(
  { data }: PluginEvent<LotRejected>,
  ctx: OpenPort,
): Promise<void> {
  if (data.rejected <= 0) return
  const { lot, inspection = '', decision } = data
  const source = `lot:${JSON.stringify([lot, inspection, decision])}`
  await openFor(ctx, source, findingOf(data), data.orders)
}

/** After a lot was decided: what waits to be shown to work may have been shown not to. Call it once the decision is kept. */
export async function checkEffectiveness(
  { supplier, item }: { readonly supplier?: string; readonly item: string },
  ctx: ServicePort,
): Promise<void> {
  if (supplier === undefined) return
  for (const one of await findVerifying(ctx, supplier, item)) await failedByLot(one, ctx)
}

async function failedByLot(seen: Nonconformity, ctx: ServicePort): Promise<void> {
  const judged = effectivenessOf(seen.verification, seen.defect, await findLaterLots(ctx, seen))
  if (judged.verdict !== 'failed') return
  const reason = `Lot ${judged.failedLot} was rejected for it again · 批次 ${judged.failedLot} 再次因此拒收`
  try {
    await changeNonconformity(ctx, () => requireNonconformity(ctx, seen.id), {
      ...{ command: 'failEffectiveness', details: { reason } },
      apply: (one, scene) => advance(one, { command: 'failEffectiveness', reason }, scene),
    })
  } catch (error) {
    // Somebody has taken it out of verification meanwhile; that is what this would have done.
    if (!(error instanceof Refusal) || error.code !== 'COMMAND_NOT_POSSIBLE') throw error
  }
}
