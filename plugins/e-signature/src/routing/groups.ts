import { Refusal } from '@signalbox/sdk'
import type { Condition } from './condition.ts'

/** Roles that act side by side, once the groups before them are settled. */
export interface Group {
  readonly group: string
  /** Groups that come before; none: it begins at once. */
  readonly after: readonly string[]
  /** Of its roles: all, any one, or so many of them as `atLeast` says. */
  readonly rule: 'all' | 'any' | 'some'
  readonly atLeast?: number
  readonly roles: readonly string[]
  /** Absent: it always takes part. */
  readonly when?: Condition
}

/** How many of its roles have to act. @param size roles that somebody has */
export function neededOf({ rule, atLeast = 1 }: Group, size: number): number {
  if (rule === 'all') return size
  return rule === 'any' ? Math.min(1, size) : Math.min(atLeast, size)
}

/**
 * Depth of each group, from 1: the longest way to it. Kahn's topological sort (A. B. Kahn, 1962), level by level.
 * @throws Refusal ROUTING_INVALID where groups wait for each other
 */
export function depths(groups: readonly Group[]): ReadonlyMap<string, number> {
  const depth = new Map<string, number>()
  let open = [...groups]
  while (open.length > 0) {
    const ready = open.filter(({ after }) => after.every((one) => depth.has(one)))
    if (ready.length === 0) {
      const names = open.map(({ group }) => group).join(', ')
      throw routingInvalid(`groups wait for each other: ${names}`)
    }
    for (const { group, after } of ready) {
      depth.set(group, 1 + Math.max(0, ...after.map((one) => depth.get(one) ?? 0)))
    }
    open = open.filter(({ group }) => !depth.has(group))
  }
  return depth
}

/** Everything that comes before a group, however far. */
function before(groups: readonly Group[], group: string): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (name: string) => {
    for (const one of groups.find((each) => each.group === name)?.after ?? []) {
      if (found.has(one)) continue
      found.add(one)
      look(one)
    }
  }
  look(group)
  return found
}

export interface RoutedField {
  readonly field: string
  /** Who fills it; absent: the sender. */
  readonly role?: string
}

/**
 * Groups that can be gone through: each role in one group, no circle, no rule that cannot be met, and no condition on a
 * field that is filled by somebody who may act later or not at all.
 * @param copies roles that only get what was signed, and so are of no group
 * @throws Refusal ROUTING_INVALID
 */
export function requireRouting(
  groups: readonly Group[],
  roles: readonly string[],
  copies: ReadonlySet<string>,
  fields: readonly RoutedField[],
): void {
  requireOnce(
    groups.map(({ group }) => group),
    'group',
  )
  requireOnce(
    groups.flatMap((one) => one.roles),
    'role',
  )
  const placed = new Set(groups.flatMap((one) => one.roles))
  for (const role of roles) requirePlace(role, placed.has(role), copies.has(role))
  for (const one of groups) requireGroup(one, groups, roles)
  depths(groups)
  for (const one of groups) requireCondition(one, groups, fields)
}

function requirePlace(role: string, isPlaced: boolean, isCopy: boolean): void {
  if (isPlaced !== isCopy) return
  throw routingInvalid(
    isCopy
      ? `role ${role} only gets a copy: take it out of its group`
      : `role ${role} is in no group`,
  )
}

function requireGroup(one: Group, groups: readonly Group[], roles: readonly string[]): void {
  const { group, rule, atLeast } = one
  const unknown =
    one.after.find((name) => !groups.some((other) => other.group === name)) ??
    one.roles.find((name) => !roles.includes(name))
  if (unknown !== undefined) {
    throw routingInvalid(`group ${group} names ${unknown}, which is not there`)
  }
  if (rule !== 'some') return
  if (atLeast === undefined) throw routingInvalid(`group ${group} has the rule some: say atLeast`)
  if (atLeast > one.roles.length) {
    throw routingInvalid(`group ${group} asks for ${atLeast} of ${one.roles.length}`)
  }
}

function requireCondition(
  one: Group,
  groups: readonly Group[],
  fields: readonly RoutedField[],
): void {
  const earlier = before(groups, one.group)
  for (const { field } of one.when?.rows ?? []) {
    const known = fields.find((each) => each.field === field)
    if (known === undefined)
      throw routingInvalid(`group ${one.group} asks for field ${field}, which is not there`)
    const filler = groups.find(
      ({ roles }) => known.role !== undefined && roles.includes(known.role),
    )
    if (known.role !== undefined && (filler === undefined || !earlier.has(filler.group))) {
      throw routingInvalid(
        `group ${one.group} asks for field ${field}, which ${known.role} fills in no group before it`,
      )
    }
  }
}

function requireOnce(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw routingInvalid(`${what} ${twice} is there twice`)
}

function routingInvalid(why: string): Refusal {
  return new Refusal('ROUTING_INVALID', `The order of signing does not work: ${why}.`)
}
