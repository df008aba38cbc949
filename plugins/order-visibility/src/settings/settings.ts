import type { BothTexts } from '../facts/fact-data.ts'
import type { Stage } from '../stages/stages.ts'

/** What a tenant may set; see schemas/config.json. */
export interface Settings {
  readonly utcOffsetMinutes?: number
  readonly stageHours?: Readonly<Partial<Record<Stage, number>>>
  readonly atRiskBelow?: number
  readonly recoveredFrom?: number
  readonly blockers?: readonly {
    readonly code: string
    readonly owner?: string
    readonly nextAction?: BothTexts
    readonly ignore?: boolean
  }[]
  readonly exceptionOnTime?: Readonly<Record<string, number>>
}

export const DEFAULT_OFFSET_MINUTES = 480

/**
 * How long an order may stay in a stage. Starting values of a manufacturer that ships from stock or within weeks: a tenant sets its
 * own. Stages that wait for nobody of the company have none.
 */
const stageHours: Readonly<Partial<Record<Stage, number>>> = {
  entered: 24,
  signing: 72,
  released: 48,
  sourcing: 336,
  'in-production': 168,
  inspecting: 48,
  ready: 48,
  shipped: 120,
  delivered: 72,
  invoiced: 720,
}

/** Hours that an order may stay in the stage; undefined where nothing is due. */
export function hoursOfStage(stage: Stage, settings: Settings): number | undefined {
  return settings.stageHours?.[stage] ?? stageHours[stage]
}

/** Below the first a promise is at risk; it has to rise to the second to be safe again, so that it does not flutter. */
export function riskBounds({ atRiskBelow = 0.8, recoveredFrom = 0.9 }: Settings) {
  return { atRiskBelow, recoveredFrom: Math.max(atRiskBelow, recoveredFrom) }
}
