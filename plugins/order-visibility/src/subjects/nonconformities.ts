import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { NonconformityView } from '../projection/order-view.ts'
import { msOfInstant } from '../time/instant.ts'

/** @param facts in the order of their happening. Pure. */
export function foldNonconformities(facts: readonly Fact[]): readonly NonconformityView[] {
  const known = new Map<string, NonconformityView>()
  for (const fact of ofType(
    facts,
    'quality.nonconformity.opened',
    'quality.nonconformity.closed',
    'quality.eight-d.overdue',
  )) {
    const { nonconformity } = fact.data
    const before = known.get(nonconformity) ?? { nonconformity, openedAt: fact.happenedAt }
    known.set(nonconformity, { ...before, ...changeOf(fact) })
  }
  return [...known.values()]
}

function changeOf({
  data,
  happenedAt,
}: ReturnType<
  typeof ofType<
    'quality.nonconformity.opened' | 'quality.nonconformity.closed' | 'quality.eight-d.overdue'
  >
>[number]): Partial<NonconformityView> {
  if ('title' in data) {
    const { title, severity, lot, owner, dueAt } = data
    return {
      ...{ title, severity, openedAt: happenedAt },
      ...(lot === undefined ? {} : { lot }),
      ...(owner === undefined ? {} : { owner }),
      ...(dueAt === undefined ? {} : { dueAt: msOfInstant(dueAt) }),
    }
  }
  if ('step' in data) {
    const owner = data.owner === undefined ? {} : { owner: data.owner }
    return { overdue: { step: data.step, dueAt: msOfInstant(data.dueAt), ...owner } }
  }
  return { closedAt: happenedAt, ...(data.lot === undefined ? {} : { lot: data.lot }) }
}
