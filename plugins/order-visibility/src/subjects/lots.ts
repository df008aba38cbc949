import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { BothTexts, FactType, Quantities } from '../facts/fact-data.ts'
import type { LotView } from '../projection/order-view.ts'

const types = [
  'stock.receipt.created',
  'production.lot.completed',
  'quality.inspection.created',
  'quality.inspection.decided',
  'quality.lot.held',
  'quality.lot.released',
  'quality.lot.rejected',
] as const satisfies readonly FactType[]

type LotFact = ReturnType<typeof ofType<(typeof types)[number]>>[number]

/** What quality last said of a lot; only what it accepted is taken for usable. */
interface LotState {
  readonly sku: string
  readonly unit: string
  readonly quantity: number
  readonly quantities: Quantities | undefined
  readonly held: number
  readonly arrivedAt: number
  readonly since: number
  readonly severity?: string
  readonly reason?: BothTexts
  readonly shipment?: string
  readonly isProduced: boolean
}

/** A lot as it is known from an instant on: stages are told by these. */
export interface LotMoment {
  readonly at: number
  readonly lot: string
  readonly sku: string
  readonly usable: number
  readonly undecided: number
  /** Came in, and quality has said nothing of it yet. */
  readonly isWaiting: boolean
  readonly isProduced: boolean
}

/** @param facts in the order of their happening. Pure. */
export function foldLots(facts: readonly Fact[]): {
  readonly lots: readonly LotView[]
  readonly moments: readonly LotMoment[]
} {
  const states = new Map<string, LotState>()
  const moments: LotMoment[] = []
  for (const fact of ofType(facts, ...types)) {
    const { lot } = fact.data
    const state = changed(states.get(lot), fact)
    states.set(lot, state)
    const { usable, undecided } = splitOf(state)
    const { sku, isProduced } = state
    const isWaiting = state.quantities === undefined && state.held === 0 && !isProduced
    moments.push({ at: fact.happenedAt, lot, sku, usable, undecided, isWaiting, isProduced })
  }
  return { lots: [...states].map(([lot, state]) => viewOf(lot, state)), moments }
}

function changed(known: LotState | undefined, fact: LotFact): LotState {
  const { data, happenedAt } = fact
  const before: LotState = known ?? {
    ...{ sku: data.item, unit: data.unit, quantity: data.quantity, quantities: undefined, held: 0 },
    ...{ arrivedAt: happenedAt, since: happenedAt, isProduced: false },
  }
  return fact.type === 'stock.receipt.created' || fact.type === 'production.lot.completed'
    ? arrived(before, fact)
    : { ...before, ...judgedBy(before, fact), since: happenedAt }
}

function arrived(before: LotState, { data, type }: LotFact): LotState {
  const shipment = 'shipment' in data ? data.shipment : undefined
  return {
    ...before,
    ...{ quantity: Math.max(before.quantity, data.quantity), unit: data.unit },
    isProduced: before.isProduced || type === 'production.lot.completed',
    ...(shipment === undefined ? {} : { shipment }),
  }
}

/** What a word of quality changes: quantities that it names hold, whatever was said before. */
function judgedBy(before: LotState, { data }: LotFact): Partial<LotState> {
  if ('createdAt' in data) {
    const all = { accepted: 0, rejected: 0, held: 0, pending: data.quantity }
    const severity = data.severity === undefined ? {} : { severity: data.severity }
    return { ...severity, quantities: before.quantities ?? all }
  }
  if ('reason' in data && 'held' in data && data.quantities === undefined) {
    return { reason: data.reason.text, held: data.held }
  }
  const reason = 'reason' in data && 'held' in data ? { reason: data.reason.text } : {}
  if ('quantities' in data && data.quantities !== undefined) {
    return { ...reason, held: 0, quantities: data.quantities }
  }
  return reason
}

function splitOf({ quantities, held }: LotState) {
  const split = quantities ?? { accepted: 0, rejected: 0, held: 0, pending: 0 }
  const undecided = Math.max(split.held + split.pending, held)
  return {
    ...split,
    held: Math.max(split.held, held - split.pending, 0),
    undecided,
    usable: split.accepted,
  }
}

function viewOf(lot: string, state: LotState): LotView {
  const { accepted, rejected, held, pending } = splitOf(state)
  const { sku, unit, quantity, arrivedAt, since, severity, reason, shipment } = state
  return {
    ...{ lot, sku, unit, quantity, accepted, rejected, held, pending, arrivedAt, since },
    state: stateOf(state),
    ...(severity === undefined ? {} : { severity }),
    ...(reason === undefined || held === 0 ? {} : { reason }),
    ...(shipment === undefined ? {} : { shipment }),
  }
}

function stateOf(state: LotState): LotView['state'] {
  const { accepted, rejected, held, pending } = splitOf(state)
  if (held > 0) return 'held'
  if (pending > 0) return 'inspecting'
  if (rejected > 0) return accepted > 0 ? 'split' : 'rejected'
  return state.quantities === undefined ? 'arrived' : 'released'
}
