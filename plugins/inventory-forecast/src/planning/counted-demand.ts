import type { DemandMethod } from '../intermittent/demand-models.ts'

/** A slow mover as it was forecast: its history, which a stock by counts is made of. */
export interface CountedDemand {
  readonly history: readonly number[]
  readonly periodsPerYear: number
  readonly method?: DemandMethod
}
