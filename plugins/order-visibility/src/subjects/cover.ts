import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { CoverView, LineView } from '../projection/order-view.ts'
import { msOfInstant } from '../time/instant.ts'

/**
 * What planning says of stock that open lines still want: the newest warning of each, until goods came after it.
 * @param words the newest of each kind about each stock, in the order of their happening. Pure.
 */
export function foldCover(
  orderId: string,
  lines: readonly LineView[],
  words: readonly Fact[],
): readonly CoverView[] {
  const wanting = lines.filter(isWanting)
  return ofType(words, 'inventory.stockout.at-risk').flatMap(({ data, happenedAt }) => {
    const isWanted = wanting.some(
      ({ sku, location }) =>
        sku === data.sku &&
        (location === data.location || location === undefined || data.orders?.includes(orderId)),
    )
    if (!isWanted || cameAfter(words, data, happenedAt)) return []
    const next = data.nextReceiptAt
    return [
      {
        ...{ sku: data.sku, location: data.location, probability: data.probability },
        saidAt: happenedAt,
        ...(next === undefined ? {} : { nextReceiptAt: msOfInstant(next) }),
        ...(data.expectedAt === undefined ? {} : { runsOutOn: data.expectedAt }),
        ...reorderOf(words, data, happenedAt),
      },
    ]
  })
}

/** Whether a line still needs stock. */
export function isWanting({ ordered, allocated, shipped }: LineView): boolean {
  return Math.max(allocated, shipped) < ordered - 1e-9
}

interface Stock {
  readonly sku: string
  readonly location: string
}

function cameAfter(words: readonly Fact[], { sku, location }: Stock, after: number): boolean {
  return ofType(words, 'stock.receipt.created', 'quality.lot.released').some(
    ({ data, happenedAt }) =>
      data.item === sku &&
      (data.location === undefined || data.location === location) &&
      happenedAt > after,
  )
}

function reorderOf(
  words: readonly Fact[],
  { sku, location }: Stock,
  after: number,
): Pick<CoverView, 'reorder'> {
  const approved = ofType(words, 'inventory.suggestion.approved')
    .filter(({ data, happenedAt }) => {
      return data.sku === sku && data.location === location && happenedAt >= after
    })
    .at(-1)
  if (approved === undefined) return {}
  const { suggestion, quantity, neededBy } = approved.data
  const needed = neededBy === undefined ? {} : { neededBy }
  return { reorder: { suggestion, quantity, ...needed, at: approved.happenedAt } }
}
