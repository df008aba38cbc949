import { type FieldValues, isMet } from './condition.ts'
import { type Group, neededOf } from './groups.ts'

export type GroupState = 'blocked' | 'open' | 'done' | 'skipped' | 'failed'

/** What of a recipient decides on the way. */
export interface RoutedRecipient {
  readonly role: string
  readonly state: string
}

/**
 * Where each group stands, from nothing but who did what: a pure fold, so that the same acts in another order lead to the
 * same. A skipped group counts as settled for those after it.
 */
export function groupStates(
  groups: readonly Group[],
  recipients: readonly RoutedRecipient[],
  values: FieldValues,
): ReadonlyMap<string, GroupState> {
  const states = new Map<string, GroupState>()
  const stateOf = (name: string): GroupState => {
    const known = states.get(name)
    if (known !== undefined) return known
    const group = groups.find((one) => one.group === name) as Group
    const state = judge(group, group.after.map(stateOf), recipients, values)
    states.set(name, state)
    return state
  }
  for (const { group } of groups) stateOf(group)
  return states
}

function judge(
  group: Group,
  earlier: readonly GroupState[],
  recipients: readonly RoutedRecipient[],
  values: FieldValues,
): GroupState {
  if (earlier.some((one) => one !== 'done' && one !== 'skipped')) return 'blocked'
  if (group.when !== undefined && !isMet(group.when, values)) return 'skipped'
  const members = recipients.filter(({ role }) => group.roles.includes(role))
  if (members.length === 0) return 'skipped'
  const needed = neededOf(group, members.length)
  const done = members.filter(({ state }) => state === 'signed').length
  const lost = members.filter(({ state }) => state === 'rejected').length
  if (done >= needed) return 'done'
  return members.length - lost < needed ? 'failed' : 'open'
}

export type RouteState = 'going' | 'done' | 'failed'

/** Of all of it: done when nothing is left, failed as soon as one group can never be. */
export function routeState(states: ReadonlyMap<string, GroupState>): RouteState {
  const all = [...states.values()]
  if (all.includes('failed')) return 'failed'
  return all.every((one) => one === 'done' || one === 'skipped') ? 'done' : 'going'
}
