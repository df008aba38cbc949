import { effectiveFacts } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import { type Block, factTypes } from '../facts/fact-types.ts'
import { deliveredSince, stageHistory } from '../stages/stage-history.ts'
import { foldCover } from '../subjects/cover.ts'
import { foldEnvelopes } from '../subjects/envelopes.ts'
import { foldLots } from '../subjects/lots.ts'
import { foldNonconformities } from '../subjects/nonconformities.ts'
import { foldCore, type OrderCore } from '../subjects/order-core.ts'
import { foldPurchases } from '../subjects/purchases.ts'
import { foldShipments } from '../subjects/shipments.ts'
import { foldTimeline, sourceOf } from '../timeline/timeline.ts'
import type { BlockView, LineView, LotView, OrderView, ShipmentView } from './order-view.ts'

/**
 * The view of an order from all that was told of it: a function of the set of facts, so that neither the order of arrival nor a
 * second telling changes anything. Pure.
 * @param facts of the order and of all that is tied to it
 * @param stockWords the newest of each kind about each stock that its lines want
 * @returns undefined where nothing was told
 */
export function foldOrder(
  orderId: string,
  facts: Iterable<Fact>,
  stockWords: Iterable<Fact> = [],
): OrderView | undefined {
  const told = effectiveFacts(facts)
  if (told.length === 0) return undefined
  const core = foldCore(told)
  const own = new Set(core.shippedBy.map(({ shipment }) => shipment))
  const shipments = foldShipments(told, own)
  const { lots, moments: lotMoments } = foldLots(told)
  const { purchases, moments: purchaseMoments } = foldPurchases(orderId, told)
  const lines = linesOf(core, lots, shipments)
  const stays = stageHistory({
    ...{ facts: told, core, lots: lotMoments, purchases: purchaseMoments, shipments },
  })
  const isOver = ['completed', 'cancelled'].includes(stays.at(-1)?.stage ?? '')
  const words = isOver ? [] : effectiveFacts(stockWords)
  const cover = foldCover(orderId, isOver ? [] : lines, words)
  const coverWords = words.filter(
    ({ type, data }) =>
      type.startsWith('inventory.') &&
      cover.some(({ sku, location }) => {
        const said = data as { readonly sku: string; readonly location: string }
        return said.sku === sku && said.location === location
      }),
  )
  const all = effectiveFacts([...told, ...coverWords])
  const deliveredAt = deliveredSince(stays)
  return {
    orderId,
    ...headOf(core),
    lines,
    stays,
    envelopes: foldEnvelopes(told),
    shipments: shipments.map(({ track: _, ...shipment }) => shipment),
    lots,
    nonconformities: foldNonconformities(told),
    purchases,
    cover,
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    timeline: foldTimeline(all),
    blocks: blocksOf(all),
    asOf: Math.max(...all.map(({ publishedAt }) => publishedAt)),
  }
}

function headOf(core: OrderCore) {
  const {
    lines: _,
    allocated: __,
    shipped: ___,
    shippedBy: ____,
    isCancelled: _____,
    ...head
  } = core
  return head
}

/** Quantities by line: what was ordered, set aside, kept by quality, sent, and has arrived. */
function linesOf(
  core: OrderCore,
  lots: readonly LotView[],
  shipments: readonly ShipmentView[],
): readonly LineView[] {
  const arrived = new Set(
    shipments.filter(({ status }) => status === 'delivered').map(({ shipment }) => shipment),
  )
  const outbound = shipments.filter(({ direction }) => direction === 'outbound')
  const isAllThere = outbound.length > 0 && outbound.every(({ shipment }) => arrived.has(shipment))
  const kept = new Map<string, number>()
  for (const { sku, held, pending } of lots) kept.set(sku, (kept.get(sku) ?? 0) + held + pending)
  return core.lines.map(({ isCancelled, ...line }) => {
    const shipped = core.shipped.get(line.line) ?? 0
    const delivered = core.shippedBy
      .filter((one) => one.line === line.line)
      .filter(({ shipment }) => (shipment === '' ? isAllThere : arrived.has(shipment)))
      .reduce((sum, { quantity }) => sum + quantity, 0)
    const onHold = Math.min(kept.get(line.sku) ?? 0, Math.max(0, line.ordered - shipped))
    kept.set(line.sku, (kept.get(line.sku) ?? 0) - onHold)
    return {
      ...line,
      ...{ allocated: core.allocated.get(line.line) ?? 0, onHold, shipped, delivered },
      ...(isCancelled ? { isCancelled } : {}),
    }
  })
}

/** Of each block the newest telling: as of when, and from whom. */
function blocksOf(facts: readonly Fact[]): readonly BlockView[] {
  const newest = new Map<Block, Fact>()
  for (const fact of facts) {
    const { block } = factTypes[fact.type]
    const known = newest.get(block)
    const isNewer =
      known === undefined ||
      fact.publishedAt > known.publishedAt ||
      (fact.publishedAt === known.publishedAt && fact.fact > known.fact)
    if (isNewer) newest.set(block, fact)
  }
  return [...newest]
    .map(([block, fact]) => ({ block, asOf: fact.publishedAt, source: sourceOf(fact) }))
    .sort((a, b) => (a.block < b.block ? -1 : 1))
}
