import { CodedError } from '@signalbox/sdk/errors'
import { unescapeToken } from '@signalbox/sdk/json-pointer'
import type { ServiceAnswer, ServiceCall } from '../../broker/call-scope.ts'
import { operationOf } from '../../catalog/operation-of.ts'
import type { Arm } from '../cohorts/cohort.ts'
import type { Attempt } from '../routing/canary-call.ts'
import type { Sharing } from '../routing/pick-version.ts'
import type { LiveRollout } from '../routing/snapshot.ts'
import type { Comparison } from './answer-diff.ts'
import type { MirroredCall, ShadowAnswer } from './mirrored-call.ts'
import { promisedNames } from './promised-names.ts'
import type { ShadowMark } from './shadow-mark.ts'
import type { ShadowPlan } from './shadow-plan.ts'

/** A safe call as stable has just answered it, and how to run it again. */
export interface AnsweredCall {
  readonly sharing: Sharing
  readonly call: Pick<ServiceCall, 'service' | 'major' | 'operation' | 'inputJson'>
  readonly first: Pick<Attempt<ServiceAnswer>, 'outcome' | 'result'>
  /** One attempt by the version of an arm, with a deadline of its own, under this mark. */
  readonly again: (arm: Arm, mark: ShadowMark) => Promise<Attempt<ServiceAnswer>>
}

/** @returns undefined where there is no answer that could be compared */
export function mirrorOf(
  { sharing, call, first, again }: AnsweredCall,
  plan: ShadowPlan,
): MirroredCall | undefined {
  const answer = shadowAnswer(first)
  if (answer.kind !== 'answered' && answer.kind !== 'refused') return undefined
  const { rollout, versions } = sharing
  const held = answer.kind === 'answered' ? answer.json.length : 0
  return {
    rollout: rollout.id,
    plugin: versions.stable.plugin,
    kind: 'live',
    answer,
    comparison: comparisonOf(sharing, call, plan),
    length: held + call.inputJson.length,
    run: async (arm) => {
      const refused: string[] = []
      const attempt = await again(arm, { onRefused: (hostCall) => refused.push(hostCall) })
      return { answer: shadowAnswer(attempt), trip: attempt.trip, refused }
    },
  }
}

function shadowAnswer({ outcome, result }: AnsweredCall['first']): ShadowAnswer {
  if ('answer' in result) return { kind: 'answered', json: result.answer.outputJson }
  const { error } = result
  if (outcome === 'refused' && error instanceof CodedError) {
    return { kind: 'refused', code: error.code }
  }
  return { kind: outcome === 'failed' || outcome === 'late' ? 'failed' : 'unable' }
}

/** A rollout's snapshot is immutable: what follows from it and the contracts is made once an operation. */
const known = new WeakMap<LiveRollout, Map<string, Comparison>>()

/** What the plan and stable's contract leave out of the comparison, and the names either contract promises. */
export function comparisonOf(
  { rollout, versions }: Sharing,
  { service, major, operation: name }: Pick<ServiceCall, 'service' | 'major' | 'operation'>,
  plan: ShadowPlan,
): Comparison {
  const comparisons = known.get(rollout) ?? new Map<string, Comparison>()
  known.set(rollout, comparisons)
  const key = `${service}@${major}/${name}`
  const before = comparisons.get(key)
  if (before !== undefined) return before
  const definitions = [versions.stable, versions.canary]
    .map(({ operations }) => operationOf(operations, service, major, name))
    .flatMap((one) => (one === undefined ? [] : [one.definition]))
  const promised = operationOf(versions.stable.operations, service, major, name)?.definition.compare
  const ignore = [...(plan.ignore ?? []), ...(promised?.ignore ?? [])]
  const sets = [...(plan.sets ?? []), ...(promised?.sets ?? [])]
  const said = [...ignore, ...sets].flatMap((path) => path.split('/').slice(1))
  const names = definitions.flatMap((definition) => [...promisedNames(definition)])
  const comparison = {
    ignore: new Set(ignore),
    sets: new Set(sets),
    names: new Set([...names, ...said.map(unescapeToken)]),
  }
  comparisons.set(key, comparison)
  return comparison
}
