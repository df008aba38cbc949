import type { Fact, FactOf } from './fact.ts'
import type { FactType } from './fact-data.ts'

/**
 * Of facts that say the same by type and business key the newest telling, in one order that arrival has no part in: by when they
 * happened, then by when they were told, then by content. What is folded from here on is a function of the set of facts. Pure.
 */
export function effectiveFacts(facts: Iterable<Fact>): readonly Fact[] {
  const newest = new Map<string, Fact>()
  for (const fact of facts) {
    const key = `${fact.type}\n${fact.businessKey}`
    const known = newest.get(key)
    if (known === undefined || isNewer(fact, known)) newest.set(key, fact)
  }
  return [...newest.values()].sort(
    (a, b) => a.happenedAt - b.happenedAt || a.publishedAt - b.publishedAt || compare(a, b),
  )
}

function isNewer(a: Fact, b: Fact): boolean {
  return a.publishedAt > b.publishedAt || (a.publishedAt === b.publishedAt && compare(a, b) > 0)
}

function compare(a: Fact, b: Fact): number {
  return a.fact < b.fact ? -1 : a.fact > b.fact ? 1 : 0
}

export function ofType<Type extends FactType>(
  facts: readonly Fact[],
  ...types: readonly Type[]
): readonly FactOf<Type>[] {
  const wanted: readonly string[] = types
  return facts.filter(({ type }) => wanted.includes(type)) as unknown as readonly FactOf<Type>[]
}
