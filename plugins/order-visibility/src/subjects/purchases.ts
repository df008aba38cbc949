import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { PurchaseView } from '../projection/order-view.ts'
import { msOfInstant } from '../time/instant.ts'

/** What is still awaited of a line of a purchase order, from an instant on. */
export interface PurchaseMoment {
  readonly at: number
  readonly line: string
  readonly left: number
}

interface Folded {
  readonly purchases: readonly PurchaseView[]
  readonly moments: readonly PurchaseMoment[]
}

/**
 * Lines of purchase orders that are for this order.
 * A receipt counts for its line, else for the line of its item; in another unit it is taken for all of it, as nothing can be subtracted.
 * @param facts in the order of their happening. Pure.
 */
export function foldPurchases(orderId: string, facts: readonly Fact[]): Folded {
  const lines = new Map<string, PurchaseView>()
  const moments: PurchaseMoment[] = []
  const set = (name: string, at: number, line: PurchaseView) => {
    lines.set(name, line)
    moments.push({ at, line: name, left: Math.max(0, line.quantity - line.received) })
  }
  for (const { data, happenedAt } of ofType(facts, 'purchasing.order.placed')) {
    for (const one of data.lines) {
      if (one.forOrder !== orderId) continue
      set(lineName(data.purchaseOrder, one.line), happenedAt, {
        ...{ purchaseOrder: data.purchaseOrder, line: one.line, supplier: data.supplier },
        ...{ sku: one.sku, unit: one.unit, quantity: one.quantity, received: 0 },
        placedAt: happenedAt,
        ...(one.expectedAt === undefined ? {} : { expectedAt: msOfInstant(one.expectedAt) }),
      })
    }
  }
  // One that is dated before its purchase order counts from there on.
  for (const fact of ofType(facts, 'purchasing.order.changed', 'stock.receipt.created')) {
    for (const [name, line] of changedLines(fact, lines)) {
      set(name, Math.max(fact.happenedAt, line.placedAt), line)
    }
  }
  return { purchases: [...lines.values()], moments }
}

type Change = ReturnType<
  typeof ofType<'purchasing.order.changed' | 'stock.receipt.created'>
>[number]

function changedLines(
  { data }: Change,
  lines: ReadonlyMap<string, PurchaseView>,
): readonly (readonly [string, PurchaseView])[] {
  if ('changedAt' in data) {
    return data.lines.flatMap(({ line, quantity, expectedAt }) => {
      const name = lineName(data.purchaseOrder, line)
      const known = lines.get(name)
      const due = expectedAt === undefined ? {} : { expectedAt: msOfInstant(expectedAt) }
      return known === undefined ? [] : [[name, { ...known, quantity, ...due }] as const]
    })
  }
  const found = [...lines].find(
    ([, one]) =>
      one.purchaseOrder === data.purchaseOrder &&
      (data.purchaseOrderLine === undefined
        ? one.sku === data.item
        : one.line === data.purchaseOrderLine),
  )
  if (found === undefined) return []
  const [name, line] = found
  const more = data.unit === line.unit ? data.quantity : line.quantity
  return [[name, { ...line, received: line.received + more }]]
}

function lineName(purchaseOrder: string, line: string): string {
  return `${purchaseOrder}#${line}`
}
