import type { InputFault } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'
import { isObject, unknownKeys } from './plan-faults.ts'

/** What a rollout is judged by beside failures and time. Fixed before it starts. */
export interface AnalysisPlan {
  readonly metrics: readonly BusinessMetric[]
}

/** Events of a type that the canary's requests lead to more or less often than stable's. */
export interface BusinessMetric {
  /** As an admin calls it; unique within the plan. */
  readonly name: string
  /** Type of the events that are counted, such as `orders.confirmed`: at most one of a request. */
  readonly event: string
  /** What would be bad: more of them, or fewer. */
  readonly direction: 'increase' | 'decrease'
  /** A guardrail stops the version; a signal holds a step until a person has looked. */
  readonly role: 'guardrail' | 'signal'
}

export const emptyAnalysis: AnalysisPlan = Object.freeze({ metrics: Object.freeze([]) })

/** Each takes its part of one alpha: with more of them, none would find anything. */
const MAX_METRICS = 10
const NAME = /^[a-z][a-z0-9_.-]{0,59}$/
const TYPE = /^(?=.{1,100}$)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/
const keys = ['name', 'event', 'direction', 'role'] as const

/** Faults of an analysis from outside, each with its place; none: it is an `AnalysisPlan`. */
export function analysisFaults(plan: unknown): readonly InputFault[] {
  if (!isObject(plan)) return [{ pointer: '', detail: 'must be { metrics }' }]
  const unknown = unknownKeys(plan, '', ['metrics'])
  const { metrics } = plan
  if (!Array.isArray(metrics) || metrics.length > MAX_METRICS) {
    const detail = `must be a list of at most ${MAX_METRICS} metrics`
    return [...unknown, { pointer: '/metrics', detail }]
  }
  const seen = new Set<unknown>()
  const faults = metrics.flatMap((metric, index) => metricFaults(metric, `/metrics/${index}`, seen))
  return [...unknown, ...faults]
}

function metricFaults(metric: unknown, pointer: string, seen: Set<unknown>): InputFault[] {
  if (!isObject(metric)) {
    return [{ pointer, detail: 'must be { name, event, direction, role }' }]
  }
  const { name, event, direction, role } = metric
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
    'must be guardrail, which stops a version, or signal, which holds a step',
  )
  seen.add(name)
  return faults
}

function fits(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}
