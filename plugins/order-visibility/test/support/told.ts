import { createHash } from 'node:crypto'
import type { Fact } from '../../src/facts/fact.ts'
import type { FactData, FactType } from '../../src/facts/fact-data.ts'
import { factOfEvent, type ToldEvent, type ToldFact } from '../../src/facts/fact-of-event.ts'

export const hash = (text: string) => createHash('sha256').update(text).digest('hex')

const FAR = Date.UTC(2030, 0, 1)
let count = 0

/** An event of a type, told at `time` (as it happened, where nothing else is said). */
export function event<Type extends FactType>(
  type: Type,
  data: FactData[Type],
  { time = '2026-11-01T00:00:00.000Z', publisher = publisherOf(type), version = '1.0.0' } = {},
): ToldEvent {
  const source = `/plugins/@signalbox/${publisher}`
  return { id: `e-${++count}`, source, type, time, data, sourceversion: version }
}

export function told(one: ToldEvent): ToldFact {
  const fact = factOfEvent(one, hash, FAR)
  if (fact === undefined) throw new Error(`${one.type} concerns no order`)
  return fact
}

/** Facts that reach an order by their links, from all that was told: what the store's recursive query does, in memory. */
export function factsOf(orderId: string, all: readonly ToldFact[]): readonly Fact[] {
  const reached = new Set([`order:${orderId}`])
  for (let way = 0; way < 5; way++) {
    for (const { links } of all) {
      for (const { from, to } of links) if (reached.has(to)) reached.add(from)
    }
  }
  return all.map(({ fact }) => fact).filter(({ node }) => reached.has(node))
}

/** All words about stocks of the items; the fold takes the newest of each kind. */
export function stockWordsOf(skus: readonly string[], all: readonly ToldFact[]): readonly Fact[] {
  const newest = new Map<string, Fact>()
  for (const { fact, stock } of all) {
    if (stock === undefined || !skus.includes(stock.sku)) continue
    const key = `${stock.sku}|${fact.type}|${stock.location ?? ''}`
    const known = newest.get(key)
    const isNewer =
      known === undefined ||
      fact.happenedAt > known.happenedAt ||
      (fact.happenedAt === known.happenedAt && fact.publishedAt > known.publishedAt)
    if (isNewer) newest.set(key, fact)
  }
  return [...newest.values()]
}

function publisherOf(type: FactType): string {
  if (type.startsWith('quality.')) return 'quality-checks'
  if (type.startsWith('logistics.')) return 'logistics-tracking'
  if (type.startsWith('signature.')) return 'e-signature'
  return type.startsWith('inventory.') ? 'inventory-forecast' : 'business-events'
}
