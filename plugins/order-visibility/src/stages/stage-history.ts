import type { Fact } from '../facts/fact.ts'
import type { StayView } from '../projection/order-view.ts'
import type { LotMoment } from '../subjects/lots.ts'
import { type OrderCore, sumByLine } from '../subjects/order-core.ts'
import type { PurchaseMoment } from '../subjects/purchases.ts'
import { progressOf, type TrackEntry } from '../subjects/shipments.ts'
import { emptyStageState, type StageState, stageOf } from './stage-state.ts'

/** A change of what stages depend on, at the instant at which it happened. */
export interface StageMoment {
  readonly at: number
  readonly apply: (state: StageState) => void
}

interface Parts {
  readonly facts: readonly Fact[]
  readonly core: OrderCore
  readonly lots: readonly LotMoment[]
  readonly purchases: readonly PurchaseMoment[]
  readonly shipments: readonly {
    readonly shipment: string
    readonly direction: string
    readonly since: number
    readonly track: readonly TrackEntry[]
  }[]
}

/**
 * Stays of an order in stages by the instants of what happened, whenever it was told: a late fact moves history. What happened before
 * the order was placed (a contract signed first) is known from its first instant on. Pure.
 */
export function stageHistory(parts: Parts): readonly StayView[] {
  const moments = [
    ...factMoments(parts.facts),
    ...parts.lots.map(lotMoment),
    ...parts.purchases.map(({ at, line, left }) => ({
      at,
      apply: ({ purchases }: StageState) => void purchases.set(line, left),
    })),
    ...parts.shipments.flatMap(shipmentMoments),
    ...paidMoment(parts.core),
  ].sort((a, b) => a.at - b.at)
  return staysOf(moments, parts.core.placedAt)
}

function staysOf(moments: readonly StageMoment[], placedAt: number | undefined): StayView[] {
  const state = emptyStageState()
  const stays: StayView[] = []
  for (const [nth, { at, apply }] of moments.entries()) {
    apply(state)
    const isLastOfInstant = moments[nth + 1]?.at !== at
    const isEarly = placedAt !== undefined && at < placedAt
    if (!isLastOfInstant || isEarly) continue
    const stage = stageOf(state)
    const before = stays.at(-1)
    if (before?.stage === stage) continue
    if (before !== undefined) stays[stays.length - 1] = { ...before, leftAt: at }
    stays.push({ stage, enteredAt: at })
  }
  return stays
}

/** What facts of one type change; types that are not here change no stage by themselves. */
function factMoments(facts: readonly Fact[]): readonly StageMoment[] {
  return facts.flatMap((fact) => {
    const apply = changeOf(fact)
    return apply === undefined ? [] : [{ at: fact.happenedAt, apply }]
  })
}

function changeOf(fact: Fact): StageMoment['apply'] | undefined {
  switch (fact.type) {
    case 'orders.order.created': {
      const { contract, lines } = fact.data
      return (state) => {
        state.needsContract = contract !== undefined
        setLines(state, lines)
      }
    }
    case 'orders.order.changed':
      return (state) => setLines(state, fact.data.lines ?? [])
    case 'orders.order.cancelled':
      return (state) => cancelLines(state, fact.data.lines)
    case 'orders.order.released':
      return (state) => {
        state.isReleased = true
      }
    case 'orders.order.allocated':
      return ({ allocated }) => {
        for (const [line, quantity] of sumByLine(fact.data.lines)) allocated.set(line, quantity)
      }
    case 'orders.order.shipped':
      return ({ shipped }) => {
        for (const [line, quantity] of sumByLine(fact.data.lines)) {
          shipped.set(line, (shipped.get(line) ?? 0) + quantity)
        }
      }
    case 'orders.invoice.issued':
      return (state) => {
        state.isInvoiced = true
      }
    default:
      return envelopeChange(fact)
  }
}

function envelopeChange(fact: Fact): StageMoment['apply'] | undefined {
  switch (fact.type) {
    case 'signature.envelope.sent':
      return ({ openEnvelopes }) => void openEnvelopes.add(fact.data.envelope)
    case 'signature.envelope.completed':
      return (state) => {
        state.isSigned = true
        state.openEnvelopes.delete(fact.data.envelope)
      }
    case 'signature.envelope.rejected':
    case 'signature.envelope.expired':
    case 'signature.envelope.voided':
      return ({ openEnvelopes }) => void openEnvelopes.delete(fact.data.envelope)
    default:
      return undefined
  }
}

function setLines(
  { lines }: StageState,
  told: readonly { readonly line: string; readonly sku: string; readonly quantity: number }[],
): void {
  for (const { line, sku, quantity } of told) lines.set(line, { sku, ordered: quantity })
}

function cancelLines(state: StageState, names: readonly string[] | undefined): void {
  if (names === undefined) state.isCancelled = true
  for (const name of names ?? []) {
    const line = state.lines.get(name)
    if (line !== undefined) state.lines.set(name, { ...line, ordered: 0 })
  }
}

function lotMoment({ at, lot, isProduced, ...state }: LotMoment): StageMoment {
  return {
    at,
    apply: (order) => {
      order.lots.set(lot, state)
      order.isProduced ||= isProduced
    },
  }
}

/** A shipment is as far as the last of its parcels that is known by then. */
function shipmentMoments({
  shipment,
  direction,
  since,
  track,
}: Parts['shipments'][number]): readonly StageMoment[] {
  const isOutbound = direction === 'outbound'
  const newest = new Map<string, string>()
  const registered: StageMoment = {
    at: Math.min(since, ...track.map(({ at }) => at)),
    apply: ({ shipments }) => void shipments.set(shipment, { isOutbound, progress: 'waiting' }),
  }
  const entries = track.map(({ at, parcel, status }) => {
    if (parcel === '') newest.clear()
    newest.set(parcel, status)
    const progress = leastOf([...newest.values()].map(progressOf))
    return {
      at,
      apply: ({ shipments }: StageState) => void shipments.set(shipment, { isOutbound, progress }),
    }
  })
  return [registered, ...entries]
}

const ranks = ['waiting', 'moving', 'delivered', 'gone'] as const

function leastOf(progresses: readonly (typeof ranks)[number][]): (typeof ranks)[number] {
  return ranks.find((rank) => progresses.includes(rank)) ?? 'waiting'
}

function paidMoment({ paidAt }: OrderCore): readonly StageMoment[] {
  if (paidAt === undefined) return []
  return [
    {
      at: paidAt,
      apply: (state) => {
        state.isPaid = true
      },
    },
  ]
}

/** When all of an order had arrived, by its stays. */
export function deliveredSince(stays: readonly StayView[]): number | undefined {
  const arrived = new Set(['delivered', 'invoiced', 'paid', 'completed'])
  const last = stays.at(-1)
  if (last === undefined || !arrived.has(last.stage)) return undefined
  let since = last.enteredAt
  for (const { stage, enteredAt } of [...stays].reverse()) {
    if (!arrived.has(stage)) break
    since = enteredAt
  }
  return since
}
