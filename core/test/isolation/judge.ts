import { formsIn } from '../support/canaries.ts'
import { changedTables, type VictimState } from './victim-state.ts'
import type { Canary, Party } from './world.ts'

/** What an attempt brought about. */
export interface Outcome {
  /** What the attacker itself put in: it learned nothing where that comes back. */
  readonly said: string
  /** All that the attacker has now: the answer, and what reached its own server. */
  readonly gained: string
  /** Connections that servers of others saw. */
  readonly knocks: number
  readonly before: VictimState
  readonly after: VictimState
}

/** @returns what leaked, in words; nothing, when all is as it should be. Pure. */
export function leaksOf(
  attacker: Pick<Party, 'actor' | 'tenant'>,
  canaries: readonly Canary[],
  { said, gained, knocks, before, after }: Outcome,
): readonly string[] {
  const bytes = Buffer.from(gained)
  const foreign = canaries.filter(
    (canary) => !mayKnow(attacker, canary) && !said.includes(canary.value),
  )
  const found = foreign.flatMap(({ kind, value, actor = 'any', tenant = 'any' }) =>
    formsIn(bytes, value).map((form) => `${kind} of ${actor}@${tenant}, ${form}`),
  )
  const changed = changedTables(before, after).map((table) => `rows of ${table} changed`)
  return [
    ...found,
    ...changed,
    ...(knocks > 0 ? [`${knocks} connections to a place of others`] : []),
  ]
}

/** Who attacks as people of a tenant: whatever is that tenant's is theirs, of any plugin. */
export const PEOPLE = 'people'

function mayKnow({ actor, tenant }: Pick<Party, 'actor' | 'tenant'>, canary: Canary): boolean {
  const isOfPeople = actor === PEOPLE && canary.tenant !== undefined
  const isActors = canary.actor === undefined || canary.actor === actor || isOfPeople
  return isActors && (canary.tenant === undefined || canary.tenant === tenant)
}
