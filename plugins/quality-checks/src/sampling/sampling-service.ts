import { curves } from './curves-operation.ts'
import { findPlanFor } from './find-plan-operation.ts'
import { firstState, nextSeverity, type SwitchingOutcome } from './next-severity.ts'
import { plan } from './plan-operation.ts'
import type { SwitchingState } from './plan-types.ts'
import { loadScheme, scheme, schemes } from './scheme-operations.ts'
import {
  firstSkipLotState,
  nextSkipLot,
  type SkipLotOutcome,
  type SkipLotState,
} from './skip-lot.ts'
import { variablesDecision } from './variables-operation.ts'

/** Handlers of `quality.sampling@1`. */
export const samplingService = {
  plan,
  curves,
  findPlan: findPlanFor,
  schemes,
  scheme,
  loadScheme,
  nextSeverity: ({ state, outcome }: { state?: SwitchingState; outcome: SwitchingOutcome }) =>
    nextSeverity(state ?? firstState, outcome),
  nextSkipLot: ({ state, outcome }: { state?: SkipLotState; outcome: SkipLotOutcome }) =>
    nextSkipLot(state ?? firstSkipLotState, outcome),
  variablesDecision,
}
