import type { Sample, Statistics } from './chart-kinds.ts'
import type { ChartDefinition, ChartState } from './control-chart.ts'
import type { RuleSetName } from './rule-sets.ts'

/** A chart with the limits in force. */
export interface ChartRow {
  readonly chart: string
  readonly definition: ChartDefinition
  readonly rules: RuleSetName
  readonly item: string | null
  readonly characteristic: string | null
  readonly unit: string | null
  readonly lsl: number | null
  readonly usl: number | null
  readonly target: number | null
  readonly auto_freeze: number | null
  readonly limits_version: number
  readonly revision: number
  /** Null while no limits are frozen. */
  readonly centre: number | null
  readonly sigma: number | null
}

export interface PointRow extends Statistics {
  readonly point: string
  readonly at: string
  readonly state: ChartState
  readonly limits_version: number
}

export interface NewPoint extends PointRow {
  readonly sample: Sample
  readonly gauge: string | null
  readonly operator: string | null
}

export interface AlarmRow {
  readonly chart: string
  readonly point: string
  readonly rule: string
  readonly at: string
  readonly value: number
  readonly centre: number
  readonly lower: number
  readonly upper: number
  readonly limits_version: number
}
