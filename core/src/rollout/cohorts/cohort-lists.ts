import type { InputFault } from '@signalbox/sdk/errors'
import { isObject, unknownKeys } from '../plan/plan-faults.ts'

/**
 * Who is on one version whatever the draw says. A member is written as what it is and whose:
 * `tenant:acme`, `app:acme/erp`, `unit:acme/suzhou`, `subject:acme/u-7`, `entity:acme/O-1`.
 */
export interface CohortLists {
  /** Never the new version before it is stable; stronger than everything else. */
  readonly deny: readonly string[]
  /** The new version from the first step on. */
  readonly allow: readonly string[]
  /**
   * Members of the named cohorts of the plan, as they were when it was made: a cohort that is changed while a
   * rollout runs would move calls that no judge was told of.
   */
  readonly cohorts: Readonly<Record<string, readonly string[]>>
}

export const noLists: CohortLists = Object.freeze({ deny: [], allow: [], cohorts: {} })

/** A list is read at every swap of the routing table, by every node. */
export const MAX_MEMBERS = 1000
const memberPattern =
  /^(tenant:[a-z0-9][a-z0-9-]{0,62}|(app|subject|unit|entity):[a-z0-9][a-z0-9-]{0,62}\/\P{Cc}{1,200})$/u

export function memberFaults(members: unknown, pointer: string): InputFault[] {
  if (!Array.isArray(members) || members.length > MAX_MEMBERS) {
    return [{ pointer, detail: `must be a list of at most ${MAX_MEMBERS} members` }]
  }
  return members.flatMap((member, index) =>
    typeof member === 'string' && memberPattern.test(member)
      ? []
      : [{ pointer: `${pointer}/${index}`, detail: 'must be like tenant:acme or app:acme/erp' }],
  )
}

/** Where in the input of a call its unit and its entity stand, as JSON pointers. */
export interface CohortKeys {
  readonly unit?: string
  readonly entity?: string
}

/** A unit and an entity are known by the plan's keys alone: without one such a member is never met, in silence. */
export function missingKeyFaults(
  members: unknown,
  keys: unknown,
  pointer: string,
): readonly InputFault[] {
  if (!Array.isArray(members)) return []
  return (['unit', 'entity'] as const).flatMap((name) => {
    if (isObject(keys) && keys[name] !== undefined) return []
    const member = members.find((one) => typeof one === 'string' && one.startsWith(`${name}:`))
    if (member === undefined) return []
    const detail = `names ${member}: "keys" must say where in the input the ${name} stands, such as { "${name}": "/${name}" }`
    return [{ pointer, detail }]
  })
}

const pointerPattern = /^(\/([^~/]|~[01])+){1,8}$/

export function keyFaults(keys: unknown, pointer: string): InputFault[] {
  if (keys === undefined) return []
  if (!isObject(keys)) return [{ pointer, detail: 'must be { unit?, entity? }' }]
  const faults = unknownKeys(keys, pointer, ['unit', 'entity'])
  for (const name of ['unit', 'entity'] as const) {
    const at = keys[name]
    if (
      at === undefined ||
      (typeof at === 'string' && at.length <= 200 && pointerPattern.test(at))
    ) {
      continue
    }
    faults.push({ pointer: `${pointer}/${name}`, detail: 'must be a JSON pointer like /order/id' })
  }
  return faults
}
