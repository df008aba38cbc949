import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'

/** What a removal has to know of a plugin; each list may be cut at `MOST_NAMED` and one. */
export interface RemovalFacts {
  /** Versions whose installation is not over. */
  readonly installing: readonly string[]
  /** Tenants that have it enabled, pinned or held. */
  readonly tenants: readonly string[]
  /** Rollouts that share its calls. */
  readonly rollouts: readonly string[]
  /** Versions of other plugins that require it, as `plugin@version`. */
  readonly dependents: readonly string[]
  /** Apps with a live subscription to a service of it, as `tenant/app`. */
  readonly apps: readonly string[]
}

/** Names that a refusal gives: enough to begin with, and short enough to be read. */
export const MOST_NAMED = 20

/** In the order in which an operator clears them: what moves by itself first. */
const obstacles = [
  ['installing', 'REMOVAL_INSTALLING'],
  ['rollouts', 'REMOVAL_ROLLING_OUT'],
  ['tenants', 'REMOVAL_ENABLED'],
  ['dependents', 'REMOVAL_REQUIRED'],
  ['apps', 'REMOVAL_SUBSCRIBED'],
] as const

/**
 * Why a plugin may not be removed now. Pure.
 * @returns the first reason, the others in its `faults`; undefined: nothing stands in the way
 */
export function removalRefusal(plugin: string, facts: RemovalFacts): CodedError | undefined {
  const met = obstacles.filter(([fact]) => facts[fact].length > 0)
  const [first] = met
  if (first === undefined) return undefined
  const parametersOf = (fact: keyof RemovalFacts) => ({ plugin, names: named(facts[fact]) })
  const faults = met.map(([fact, code]) => ({
    pointer: `/${fact}`,
    detail: coreErrors.create(code, parametersOf(fact)).message,
  }))
  return coreErrors.create(first[1], parametersOf(first[0]), met.length > 1 ? { faults } : {})
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ')
  return names.length > MOST_NAMED ? `${shown}, …` : shown
}
