import type { InspectionRow } from './inspection-row.ts'
import type { InspectionTest } from './inspection-test.ts'
import { stageCount } from './suggestion.ts'
import { variablesShown } from './variables-test.ts'

/** An inspection as lists and answers show it. */
export function summaryOf(row: InspectionRow) {
  const { inspection, lot, item, supplier, operation, unit, quantity, state, revision } = row
  const { accepted, rejected, hold, pending } = row
  return {
    inspection,
    lot,
    item,
    supplier: supplier === '' ? null : supplier,
    operation,
    quantity,
    unit,
    quantities: { accepted, rejected, hold, pending },
    state,
    revision,
    plan: row.plan === null ? null : { plan: row.plan, version: row.planVersion },
    wasInspected: row.wasInspected,
    createdAt: row.createdAt,
    dueAt: row.dueAt,
  }
}

/** A test as an inspector follows it: what is to be looked at, what was found, and what that says. */
export function testShown(test: InspectionTest) {
  const { characteristic, class: of, severity, plan, stage, inspected, verdict } = test
  const { sampleSize = 0, accept = null, reject = 0 } = plan.stages[stage] ?? {}
  return {
    characteristic,
    class: of,
    severity,
    scheme: plan.scheme,
    letter: plan.letter,
    type: plan.type,
    stage: stage + 1,
    stages: plan.stages.length,
    sampleSize,
    accept,
    reject,
    inspected,
    found: stageCount(test),
    verdict,
    ...variablesShown(test),
  }
}
