import type { InputFault } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'
import { isObject, isWhole, unknownKeys } from '../plan/plan-faults.ts'

/** What a rollout is judged by beside failures and time. Fixed before it starts. */
export interface AnalysisPlan {
  readonly metrics: readonly BusinessMetric[]
  /** Failed calls, which always stop a version. Absent: up to 25 % more are forgiven. */
  readonly failures?: { readonly tolerance: number }
  /**
   * First calls of the canary whose time counts for nothing, by operation and node: they load, compile and fill
   * caches. Absent: 10. What they fail counts all the same.
   */
  readonly warmUpCalls?: number
}

/** Events of a type that the canary's requests lead to more or less often than stable's. */
export interface BusinessMetric {
  /** As an admin calls it; unique within the plan. */
  readonly name: string
  /** Type of the events that are counted, such as `orders.confirmed`: at most one of a request. */
  readonly event: string
  /** What would be bad: more of them, or fewer. */
  readonly direction: 'increase' | 'decrease'
  /** A guardrail stops the version; a signal pauses until a person has looked. */
  readonly role: 'guardrail' | 'signal'
  /**
   * What of it is forgiven: how many times as many, 1.25 where it is absent, or down to what part, 0.8. The more, the
   * later a version is stopped.
   */
  readonly tolerance?: number
}

export const emptyAnalysis: AnalysisPlan = Object.freeze({ metrics: Object.freeze([]) })

/** Each takes its part of one alpha: with more of them, none would find anything. */
const MAX_METRICS = 10
const NAME = /^[a-z][a-z0-9_.-]{0,59}$/
const TYPE = /^(?=.{1,100}$)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/
const keys = ['name', 'event', 'direction', 'role', 'tolerance'] as const
/** Up to fourfold, or down to a quarter: beyond it a plan forgives what nobody would. */
const tolerances = { increase: [1, 4], decrease: [0.25, 1] } as const
const MAX_WARM_UP_CALLS = 10_000

/** Faults of an analysis from outside, each with its place; none: it is an `AnalysisPlan`. */
export function analysisFaults(plan: unknown): readonly InputFault[] {
  if (!isObject(plan)) return [{ pointer: '', detail: 'must be { metrics }' }]
  const unknown = [
    ...unknownKeys(plan, '', ['metrics', 'failures', 'warmUpCalls']),
    ...failureFaults(plan['failures']),
  ]
  const { metrics, warmUpCalls } = plan
  if (warmUpCalls !== undefined && !isWhole(warmUpCalls, 0, MAX_WARM_UP_CALLS)) {
    const detail = `must be a whole number of calls, 0 to ${MAX_WARM_UP_CALLS}`
    unknown.push({ pointer: '/warmUpCalls', detail })
  }
  if (!Array.isArray(metrics) || metrics.length > MAX_METRICS) {
    const detail = `must be a list of at most ${MAX_METRICS} metrics`
    return [...unknown, { pointer: '/metrics', detail }]
  }
  const seen = new Set<unknown>()
  const faults = metrics.flatMap((metric, index) => metricFaults(metric, `/metrics/${index}`, seen))
  return [...unknown, ...faults]
}

function failureFaults(failures: unknown): readonly InputFault[] {
  if (failures === undefined) return []
  if (!isObject(failures)) return [{ pointer: '/failures', detail: 'must be { tolerance }' }]
  const faults = unknownKeys(failures, '/failures', ['tolerance'])
  if (isWithin(failures['tolerance'], tolerances.increase)) return faults
  return [...faults, toleranceFault('/failures', tolerances.increase)]
}

function isWithin(value: unknown, [least, most]: readonly [number, number]): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function toleranceFault(pointer: string, [least, most]: readonly [number, number]): InputFault {
  return { pointer: `${pointer}/tolerance`, detail: `must be a number, ${least} to ${most}` }
}

function metricFaults(metric: unknown, pointer: string, seen: Set<unknown>): InputFault[] {
  if (!isObject(metric)) {
    return [{ pointer, detail: 'must be { name, event, direction, role, tolerance? }' }]
  }
  const { name, event, direction, role, tolerance } = metric
  const faults = unknownKeys(metric, pointer, keys)
  const demand = (key: string, isMet: boolean, detail: string) => {
    if (!isMet) faults.push({ pointer: pointerTo(pointer, key), detail })
  }
  demand('name', fits(name, NAME), 'must be 1 to 60 of a-z, 0-9, _ . -, a letter first')
  demand('name', !seen.has(name), 'is the name of a metric before')
  demand('event', fits(event, TYPE), 'must be a type of event, such as orders.confirmed')
  demand(
    'direction',
    direction === 'increase' || direction === 'decrease',
    'must say which is bad: increase or decrease',
  )
  demand(
    'role',
    role === 'guardrail' || role === 'signal',
    'must be guardrail, which stops a version, or signal, which pauses for a person to look',
  )
  const forgiven = direction === 'decrease' ? tolerances.decrease : tolerances.increase
  if (tolerance !== undefined && !isWithin(tolerance, forgiven)) {
    faults.push(toleranceFault(pointer, forgiven))
  }
  seen.add(name)
  return faults
}

function fits(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}
