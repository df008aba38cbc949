import type { Quantities } from '../lots/quantities.ts'
import { minus, sumOf, totalOf } from '../lots/quantities.ts'
import type { Reason } from '../words/local-text.ts'
import { type InspectionTest, isJudged, isRejected, itemsFound } from './inspection-test.ts'
import { variablesText } from './variables-test.ts'

/** What the plan says of what is not decided yet; a person, or the tenant's policy, decides. */
export interface Suggestion {
  readonly outcome: 'none' | 'accept' | 'reject' | 'sort'
  readonly accept: number
  readonly reject: number
  /** So much may be accepted in all without a concession. */
  readonly clear: number
  readonly reasons: readonly Reason[]
}

export interface Evidence {
  readonly tests: readonly InspectionTest[]
  readonly quantities: Quantities
  /** Found not to conform or rejected with its lot, and inspected anew elsewhere. */
  readonly reworked: number
  /** What one item of the sample is, in the unit of the lot. */
  readonly itemQuantity: number
  /** Items of a screened lot that were looked at for every characteristic that is screened. */
  readonly screenedItems: number
}

export function suggest(evidence: Evidence): Suggestion {
  const { tests, quantities, itemQuantity } = evidence
  const undecided = sumOf([quantities.pending, quantities.hold])
  const seen = minus(sumOf([itemsFound(tests) * itemQuantity]), evidence.reworked)
  const found = Math.min(totalOf(quantities), Math.max(0, seen))
  const stop = tests.find(({ discontinued }) => discontinued)
  if (stop !== undefined) return nothing([discontinuedReason(stop)])
  const rejecting = tests.filter((test) => isRejected(test) && !test.screening)
  if (rejecting.length > 0) {
    const reasons = rejecting.map(rejectedReason)
    return { outcome: 'reject', accept: 0, reject: undecided, clear: 0, reasons }
  }
  const open = tests.filter((test) => !isJudged(test))
  const screening = tests.some((test) => test.screening)
  if (open.some((test) => !test.screening) || (open.length > 0 && !screening)) {
    return nothing(open.map(openReason))
  }
  if (!screening) return accepting(quantities, found, tests.filter(isJudged).map(acceptedReason))
  const looked =
    open.length === 0 ? totalOf(quantities) : sumOf([evidence.screenedItems * itemQuantity])
  return sorting(quantities, found, looked)
}

function accepting(quantities: Quantities, found: number, reasons: readonly Reason[]): Suggestion {
  const undecided = sumOf([quantities.pending, quantities.hold])
  // ISO 2859-1, 7.2: items found not to conform are not accepted with their lot.
  const reject = Math.min(undecided, Math.max(0, minus(found, quantities.rejected)))
  const clear = minus(totalOf(quantities), found)
  return { outcome: 'accept', accept: minus(undecided, reject), reject, clear, reasons }
}

function sorting(quantities: Quantities, found: number, looked: number): Suggestion {
  const { pending, hold, accepted, rejected } = quantities
  const undecided = sumOf([pending, hold])
  const reject = Math.min(undecided, Math.max(0, minus(found, rejected)))
  const clear = Math.max(0, minus(Math.min(looked, totalOf(quantities)), found))
  const accept = Math.min(minus(undecided, reject), Math.max(0, minus(clear, accepted)))
  return { outcome: 'sort', accept, reject, clear, reasons: [sortedReason(looked, found)] }
}

function nothing(reasons: readonly Reason[]): Suggestion {
  return { outcome: 'none', accept: 0, reject: 0, clear: 0, reasons }
}

function nameOf({ characteristic, class: of }: InspectionTest): string {
  return `${characteristic}/${of}`
}

/** Found within the sample of the stage that was judged, or is being taken, and of those before it. */
export function stageCount({ found, plan, stage }: InspectionTest): number {
  const size = plan.stages[stage]?.sampleSize ?? 0
  return found.filter(({ ordinal }) => ordinal <= size).reduce((sum, { count }) => sum + count, 0)
}

function tallyOf(test: InspectionTest) {
  const { sampleSize = 0, accept = null, reject = 0 } = test.plan.stages[test.stage] ?? {}
  return { count: stageCount(test), size: sampleSize, accept, reject }
}

function rejectedReason(test: InspectionTest): Reason {
  const { count, reject } = tallyOf(test)
  return {
    code: 'SAMPLE_REJECTS',
    text: variablesText(test, nameOf(test)) ?? {
      en: `${nameOf(test)}: ${count} found, the lot is rejected at ${reject}.`,
      'zh-CN': `${nameOf(test)}：发现 ${count}，拒收数为 ${reject}，批不接收。`,
    },
  }
}

function acceptedReason(test: InspectionTest): Reason {
  const { count, size, accept } = tallyOf(test)
  return {
    code: 'SAMPLE_ACCEPTS',
    text: variablesText(test, nameOf(test)) ?? {
      en: `${nameOf(test)}: ${count} found in ${size}, the lot is accepted up to ${accept}.`,
      'zh-CN': `${nameOf(test)}：样本 ${size} 中发现 ${count}，接收数为 ${accept}，批接收。`,
    },
  }
}

function openReason(test: InspectionTest): Reason {
  const { size } = tallyOf(test)
  return {
    code: 'SAMPLE_INCOMPLETE',
    text: {
      en: `${nameOf(test)}: ${test.inspected} of ${size} looked at.`,
      'zh-CN': `${nameOf(test)}：已检 ${test.inspected}，应检 ${size}。`,
    },
  }
}

function sortedReason(looked: number, found: number): Reason {
  return {
    code: 'LOT_SORTED',
    text: {
      en: `Every item is judged by itself: ${looked} looked at, ${found} not conforming.`,
      'zh-CN': `逐件检验：已检 ${looked}，不合格 ${found}。`,
    },
  }
}

function discontinuedReason(test: InspectionTest): Reason {
  return {
    code: 'ACCEPTANCE_DISCONTINUED',
    text: {
      en: `${nameOf(test)}: acceptance is discontinued until somebody resumes it.`,
      'zh-CN': `${nameOf(test)}：已停止验收，须经批准后恢复。`,
    },
  }
}
