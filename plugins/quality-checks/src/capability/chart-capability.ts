import { Refusal } from '@signalbox/sdk'
import type { ConstantsChoice } from '../spc/control-constants.ts'
import { requireChart } from '../spc/require-chart.ts'
import type { SpcPort } from '../spc/spc-port.ts'
import { readSpan } from '../spc/spc-store.ts'
import { type Capability, type CapabilityMethod, capability } from './capability.ts'

export interface CapabilityCall {
  /** Points of a chart; its own limits where none are given. Else subgroups. */
  readonly chart?: string
  readonly from?: string
  readonly to?: string
  readonly subgroups?: readonly (readonly number[])[]
  readonly lsl?: number
  readonly usl?: number
  readonly target?: number
  readonly method?: CapabilityMethod | 'auto'
  readonly confidence?: number
  readonly constants?: ConstantsChoice
}

/** Newest points of a chart that are judged at most. */
const MOST_POINTS = 2000

/** @throws Refusal CAPABILITY_DATA_MISSING, SPC_CHART_MISSING, and those of `capability` */
export async function judgeCapability(call: CapabilityCall, ctx: SpcPort): Promise<Capability> {
  const { method = 'auto', confidence = 0.95 } = call
  if ((call.chart === undefined) === (call.subgroups === undefined)) {
    throw new Refusal('CAPABILITY_DATA_MISSING', 'Give a chart, or subgroups: one of the two.')
  }
  if (call.chart === undefined) {
    const limits = { lsl: call.lsl ?? null, usl: call.usl ?? null, target: call.target ?? null }
    const constants = call.constants ?? 'published'
    return capability({ subgroups: call.subgroups ?? [], limits, method, confidence, constants })
  }
  const chart = await requireChart(ctx, call.chart)
  const span = { from: call.from ?? null, to: call.to ?? null, exclude: [], limit: MOST_POINTS }
  const rows = await readSpan(ctx, call.chart, span)
  const subgroups = rows.map(({ sample }) => sample.values ?? [])
  if (subgroups.some(({ length }) => length === 0)) {
    const cure =
      'A chart of counts has no capability of a measure: judge its centre, the share or rate itself.'
    throw new Refusal('CAPABILITY_OF_COUNTS', cure)
  }
  const limits = {
    lsl: call.lsl ?? chart.lsl,
    usl: call.usl ?? chart.usl,
    target: call.target ?? chart.target,
  }
  const constants = call.constants ?? chart.definition.constants
  return capability({ subgroups, limits, method, confidence, constants })
}
