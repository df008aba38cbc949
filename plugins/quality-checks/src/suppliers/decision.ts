/** A decision of an inspection, as it was told: some quantity of a lot, by one or many tranches. */
export interface Decision {
  readonly lot: string
  readonly decision: string
  readonly inspection: string
  readonly item: string
  readonly supplier: string
  readonly decidedAt: string
  /** Nothing of the lot is pending any more. */
  readonly final: boolean
  /** The verdict by the plan; null while it is open. */
  readonly lotAccepted: boolean | null
  /** Items looked at, and nonconforming ones among them, up to this decision; null where nobody counted. */
  readonly inspected: number | null
  readonly nonconforming: number | null
  /** By this decision alone. */
  readonly accepted: number
  readonly rejected: number
  readonly unit: string
  readonly defects: readonly string[]
}

/** What a score is made from. */
export type DecidedPart = Omit<Decision, 'supplier' | 'final' | 'unit' | 'defects'>

export interface DecidedLot {
  readonly inspection: string
  readonly lot: string
  readonly item: string
  readonly decidedAt: string
  readonly lotAccepted: boolean | null
  readonly accepted: number
  readonly rejected: number
  readonly inspected: number
  readonly nonconforming: number
}

/**
 * Inspections of tranches put together: quantities add up, what is said of the whole is the last word. In whatever order the
 * decisions are heard of, and however often, the same inspections come out.
 */
export function decidedLots(decisions: readonly DecidedPart[]): readonly DecidedLot[] {
  const known = new Map<string, DecidedPart>()
  for (const one of decisions) known.set(JSON.stringify([one.inspection, one.decision]), one)
  const groups = new Map<string, DecidedPart[]>()
  const ordered = [...known.values()].toSorted(
    (a, b) => compare(a.decidedAt, b.decidedAt) || compare(a.decision, b.decision),
  )
  for (const one of ordered) {
    const group = groups.get(one.inspection)
    if (group === undefined) groups.set(one.inspection, [one])
    else group.push(one)
  }
  return [...groups.keys()].toSorted(compare).map((key) => decidedLot(groups.get(key) ?? []))
}

function decidedLot(ordered: readonly DecidedPart[]): DecidedLot {
  const last = ordered.at(-1)
  if (last === undefined) throw new Error('an inspection without a decision')
  const sum = (of: (one: DecidedPart) => number) =>
    ordered.reduce((total, one) => total + of(one), 0)
  const accepted = sum((one) => one.accepted)
  const rejected = sum((one) => one.rejected)
  const counted = ordered.findLast(
    (one) => one.inspected !== null && one.nonconforming !== null && one.inspected > 0,
  )
  return {
    ...{ inspection: last.inspection, lot: last.lot, item: last.item, decidedAt: last.decidedAt },
    ...{ lotAccepted: last.lotAccepted, accepted, rejected },
    inspected: counted?.inspected ?? 0,
    nonconforming: counted?.nonconforming ?? 0,
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
