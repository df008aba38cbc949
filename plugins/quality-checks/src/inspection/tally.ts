import { judgeStage } from '../sampling/sampling-plan.ts'
import type { Found, InspectionTest } from './inspection-test.ts'
import { decisionOfSample, withValues } from './variables-test.ts'

/**
 * A test after what was found in the next items of its sample.
 * @param found of items in the order in which they were looked at; also those in which nothing was
 */
export function tallied(test: InspectionTest, found: readonly Found[]): InspectionTest {
  const inspected = Math.max(
    test.inspected,
    ...found.map(({ ordinal, inspected: items }) => ordinal + items - 1),
  )
  const places = new Set(found.map(({ ordinal }) => ordinal))
  const kept = test.found.filter(({ ordinal }) => !places.has(ordinal))
  const all = [...kept, ...found.filter(({ count }) => count > 0)]
  const sorted = all.sort((a, b) => a.ordinal - b.ordinal)
  const { variables, plan } = test
  if (variables === undefined) return judged({ ...test, inspected, found: sorted })
  const sampleSize = plan.stages[0]?.sampleSize ?? 0
  const measured = withValues(variables, found, sampleSize)
  return judgedByVariables({ ...test, inspected, found: sorted, variables: measured })
}

/** The sample speaks once it is whole: mean and spread of a part of it say nothing by the plan. */
function judgedByVariables(test: InspectionTest): InspectionTest {
  const decision = decisionOfSample(test)
  if (decision === undefined) return { ...test, verdict: 'open' }
  return { ...test, verdict: decision.accepted ? 'accept' : 'reject' }
}

/**
 * Judges stage after stage from the first one, as a correction may undo what was said. A stage is judged by the first
 * items of its size alone, however many were looked at beyond; early only where the sum of all stages so far rejects.
 */
function judged(test: InspectionTest): InspectionTest {
  const { plan, inspected } = test
  for (const [stage, { sampleSize, reject }] of plan.stages.entries()) {
    const count = countWithin(test, sampleSize)
    if (inspected < sampleSize) {
      // Enough nonconforming is enough, whatever is not looked at yet; a screened lot ends when each item was.
      const isLost = count >= reject && !test.screening
      return { ...test, stage, verdict: isLost ? 'reject' : 'open' }
    }
    const verdict = judgeStage(plan, stage, count)
    if (verdict !== 'continue') return { ...test, stage, verdict }
  }
  throw new Error('the last stage of a plan neither accepts nor rejects')
}

function countWithin({ found }: InspectionTest, sampleSize: number): number {
  return found.reduce((sum, { ordinal, inspected, count }) => {
    return ordinal + inspected - 1 <= sampleSize ? sum + count : sum
  }, 0)
}
