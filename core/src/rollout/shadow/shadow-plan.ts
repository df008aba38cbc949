import type { InputFault } from '@signalbox/sdk/errors'
import { isObject, isWhole, unknownKeys } from '../plan/plan-faults.ts'

/** A step in which the new version answers copies of calls and nobody is given its answers. */
export interface ShadowPlan {
  /** Share of the safe calls that are run again, on both versions: 0.2 adds 0.2 calls to each. */
  readonly sample: number
  /** Calls to be compared before the rollout goes on. */
  readonly minRequests: number
  /** Share of compared calls in which a field may differ and still pass. */
  readonly maxDiff: number
  /** Where too few calls come: recorded ones are run again as well. */
  readonly replay?: boolean
  /** Paths that are not compared, such as `/rows/[]/readAt`; `[]` stands for every element. */
  readonly ignore?: readonly string[]
  /** Paths of arrays whose order says nothing. */
  readonly sets?: readonly string[]
}

const keys = ['sample', 'minRequests', 'maxDiff', 'replay', 'ignore', 'sets']
const MAX_REQUESTS = 1_000_000
/** More are no noise any more, but another answer. */
const MAX_PATHS = 100
const MAX_PATH_LENGTH = 300

/** Faults of a step's `shadow` from outside. @param isShared a step before it gives calls to the canary */
export function shadowFaults(plan: unknown, pointer: string, isShared: boolean): InputFault[] {
  const faults = planFaults(plan, pointer)
  if (isShared) faults.push({ pointer, detail: 'must come before the first weight' })
  return faults
}

function planFaults(plan: unknown, pointer: string): InputFault[] {
  if (!isObject(plan)) return [{ pointer, detail: `must be an object with ${keys.join(', ')}` }]
  const faults = unknownKeys(plan, pointer, keys)
  const demand = (key: string, holds: boolean, detail: string) => {
    if (!holds) faults.push({ pointer: `${pointer}/${key}`, detail })
  }
  const { sample, minRequests, maxDiff, replay } = plan
  demand('sample', isNumber(sample) && sample > 0 && sample <= 1, 'must be more than 0, at most 1')
  const isCount = isWhole(minRequests, 1, MAX_REQUESTS)
  demand('minRequests', isCount, `must be a whole number, 1 to ${MAX_REQUESTS}`)
  demand('maxDiff', isNumber(maxDiff) && maxDiff >= 0 && maxDiff < 1, 'must be 0 or more, below 1')
  demand('replay', replay === undefined || typeof replay === 'boolean', 'must be true or false')
  for (const key of ['ignore', 'sets'] as const) {
    demand(key, plan[key] === undefined || arePaths(plan[key]), pathsDetail)
  }
  return faults
}

const pathsDetail = `must be a list of at most ${MAX_PATHS} paths such as /rows/[]/readAt`

function arePaths(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_PATHS && value.every(isPath)
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_PATH_LENGTH && /^(\/[^/]+)+$/.test(value)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
