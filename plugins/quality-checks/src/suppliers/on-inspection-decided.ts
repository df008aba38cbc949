import type { PluginEvent } from '@signalbox/sdk'
import { monthOf } from '../calendar/months.ts'
import type { Decision } from './decision.ts'
import { keepScore, type ScorePort } from './supplier-service.ts'
import { supplierSettings } from './supplier-settings.ts'
import { insertDecision, periodsOf } from './supplier-store.ts'

/** The data of `quality.inspection.decided`, as far as suppliers are scored by it. */
export interface InspectionDecided {
  readonly inspection: string
  readonly decision: string
  readonly lot: string
  readonly item: string
  readonly supplier?: string
  readonly unit: string
  readonly accepted: number
  readonly rejected: number
  readonly quantities: { readonly rejected: number }
  readonly final: boolean
  readonly lotAccepted?: boolean
  readonly inspected?: number
  readonly nonconforming?: number
  readonly defects?: readonly { readonly code: string }[]
  /** Reworked goods, inspected once more. */
  readonly resubmitted?: boolean
  readonly decidedAt: string
}

/**
 * Goods of own production have no supplier to score, and a reworked lot was scored when it first came. Nor does a lot that
 * nobody looked at and nothing of which was rejected say anything of its supplier: nothing assessed is not good.
 */
export function decisionOf(data: InspectionDecided): Decision | undefined {
  const { supplier, lotAccepted, inspected = null, nonconforming = null, defects = [] } = data
  if (supplier === undefined || data.resubmitted === true) return undefined
  if (lotAccepted === undefined && !inspected && data.quantities.rejected === 0) return undefined
  // Where no plan gave a verdict, a lot is accepted when nothing of it was rejected.
  const whole = data.final ? data.quantities.rejected === 0 : null
  return {
    ...{ lot: data.lot, decision: data.decision, inspection: data.inspection, item: data.item },
    ...{ supplier, decidedAt: new Date(data.decidedAt).toISOString(), final: data.final },
    lotAccepted: lotAccepted ?? whole,
    ...{ inspected, nonconforming, accepted: data.accepted, rejected: data.rejected },
    ...{ unit: data.unit, defects: defects.map(({ code }) => code) },
  }
}

/** Keeps the decision and makes the scores of its months anew. Told twice, it changes nothing. */
export async function scoreDecision(
  { data }: PluginEvent<InspectionDecided>,
  ctx: ScorePort,
): Promise<void> {
  const decision = decisionOf(data)
  if (decision === undefined) return
  const { inspection, supplier, decidedAt } = decision
  await insertDecision(ctx, decision, monthOf(decidedAt, supplierSettings(ctx.config)))
  for (const period of await periodsOf(ctx, inspection)) await keepScore(ctx, supplier, period)
}
