import { type RunPlan, type RunProgress, spanOf, stepsOf } from './run-plan.ts'
import { setPieces, sidesOf } from './set-pieces.ts'

/** Share of the steps of a run that is done, 0 to 1. */
export function shareDone(plan: RunPlan, progress: RunProgress): number {
  const steps = stepsOf(plan).length
  if (progress.step >= steps) return 1
  return Math.round(((progress.step + shareOfStep(plan, progress)) / steps) * 1000) / 1000
}

function shareOfStep(plan: RunPlan, { step: place, at }: RunProgress): number {
  const step = stepsOf(plan)[place]
  if (step?.do === 'set') return at / setPieces(sidesOf(plan, step.check)).length
  const { from, to } = step?.do === 'whole' ? plan : spanOf(plan)
  return to > from ? Math.max(0, at - from) / (to - from) : 0
}
