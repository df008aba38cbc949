import type { Localized } from '@signalbox/sdk/errors'
import { type CohortBy, FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { percentOf } from '../plan/step-decision.ts'
import { isWeightStep, type Step } from '../plan/steps.ts'
import type { StepDetection, Traffic } from './detection-table.ts'
import { judge } from './judge.ts'
import { emptyJudgeState } from './judge-state.ts'
import { failuresNeeded } from './noninferior.ts'
import { MOST_UNITS, withUnitFailure } from './unit-failures.ts'

/** What cannot be detected, said before it is relied upon. */
export function detectionNotes(
  steps: readonly Step[],
  cohortBy: CohortBy,
  traffic: Traffic,
  table: readonly StepDetection[],
): readonly Localized[] {
  if (traffic.callsPerMinute === 0) return [noTraffic]
  const notes = cohortBy === 'request' ? [] : cohortNotes(steps, cohortBy, traffic)
  notes.push(...proofNotes(steps, traffic))
  const unseen = table.filter(({ weightBp, detections }) => {
    return weightBp < FULL_WEIGHT_BP && !detections.dead.isWithinStep
  })
  for (const { weightBp, callsInStep } of unseen) {
    const percent = percentOf(weightBp)
    notes.push({
      en: `at ${percent} the new version has ${callsInStep} calls before the step ends: too few to find even a dead one`,
      'zh-CN': `在 ${percent} 时，步骤结束前新版本仅收到 ${callsInStep} 次调用：即使版本完全失效也无法发现`,
    })
  }
  return notes
}

const noTraffic: Localized = {
  en: 'no call came in the last quarter of an hour: nothing can be detected now, and a step that waits for calls will not end',
  'zh-CN': '最近一刻钟内没有任何调用：目前无法发现任何故障，等待调用的步骤也不会结束',
}

/** Steps whose cohort is the draw's alone: one that names a cohort holds its members, whatever the weight. */
function unlistedSteps(steps: readonly Step[]) {
  return steps.filter(isWeightStep).filter(({ cohort }) => cohort === undefined)
}

/** With few units a step may hold none of them, and what they alone do wrong may be their own payloads' fault. */
function cohortNotes(
  steps: readonly Step[],
  cohortBy: CohortBy,
  { units, safeShare }: Traffic,
): Localized[] {
  const notes: Localized[] = []
  for (const { weightBp } of unlistedSteps(steps)) {
    if (units === null) break
    const nobody = (1 - weightBp / FULL_WEIGHT_BP) ** units
    if (nobody < 0.05) continue
    const chance = Math.round(nobody * 100)
    const percent = percentOf(weightBp)
    notes.push({
      en: `with ${units} of cohort "${cohortBy}", ${percent} holds none of them in ${chance} of 100 rollouts: then nothing is detected in that step`,
      'zh-CN': `按“${cohortBy}”分组仅有 ${units} 个单位，${percent} 的步骤在 100 次发布中有 ${chance} 次不包含任何单位，此时该步骤无法发现任何故障`,
    })
  }
  if (safeShare < 1) {
    const changing = Math.round((1 - safeShare) * 100)
    notes.push({
      en: `${changing} % of the calls change something and cannot be tried again on the other version: where cohorts stay together each unit counts with its first failure only, and the rest pauses a rollout`,
      'zh-CN': `${changing}% 的调用会产生变更，无法在另一版本上重试：当分组固定时，每个单位仅计首次失败，其余失败只会暂停发布`,
    })
    if (units !== null) notes.push(...powerNotes(steps, cohortBy, units))
  }
  notes.push({
    en: 'slowness only pauses a rollout where cohorts stay together: their payloads may be to blame',
    'zh-CN': '当分组固定时，变慢只会暂停发布：也可能是其数据所致',
  })
  return notes
}

/** With too few units no failure of theirs is proof, however dead the version is. */
function powerNotes(steps: readonly Step[], cohortBy: CohortBy, units: number): Localized[] {
  return unlistedSteps(steps).flatMap(({ weightBp }) => {
    if (weightBp >= FULL_WEIGHT_BP) return []
    const needed = unitsNeeded(weightBp, cohortBy)
    const held = Math.round((units * weightBp) / 1000) / 10
    if (held >= needed) return []
    const percent = percentOf(weightBp)
    return [
      {
        en: `at ${percent} ${needed} of cohort "${cohortBy}" must fail on the new version before it is stopped by calls that change something, and about ${held} are in it: rely on calls that only read, draw by request, or let a person approve`,
        'zh-CN': `在 ${percent} 时，须有 ${needed} 个“${cohortBy}”单位在新版本上失败才会因变更类调用而停止，而其中约有 ${held} 个：请依靠只读调用、改为按请求分配，或由人工审批`,
      },
    ]
  })
}

/** How many units must fail on the canary where no other fails at all, each as fairly drawn as can be. */
function unitsNeeded(weightBp: number, cohortBy: CohortBy): number {
  let state = emptyJudgeState
  let count = 0
  while (judge(state, cohortBy).verdict !== 'stop' && count < MOST_UNITS) {
    count += 1
    const told = {
      key: `${count}`,
      arm: 'canary',
      weightBp,
      share: weightBp / FULL_WEIGHT_BP,
    } as const
    state = { ...state, unitFailures: withUnitFailure(state.unitFailures, told) }
  }
  return count
}

/** Below the traffic that a proof needs, the step ends inconclusive: better said before. */
function proofNotes(steps: readonly Step[], { callsPerMinute, failureRate }: Traffic): Localized[] {
  return steps.filter(isWeightStep).flatMap(({ weightBp, hold }) => {
    const { rMax, mostMs } = hold
    if (hold.evidence === undefined || rMax === undefined || mostMs === undefined) return []
    const calls = Math.ceil(failuresNeeded(weightBp, rMax) / failureRate)
    const minutes = Math.ceil(calls / callsPerMinute)
    const percent = percentOf(weightBp)
    const most = Math.floor(mostMs / 60_000)
    const isEnough = minutes <= most
    return [
      {
        en: `at ${percent} it takes about ${calls} calls of both versions, ${minutes} minutes, to prove a good one less than ${rMax} times as bad: ${isEnough ? 'within' : 'more than'} the ${most} that the step has${isEnough ? '' : ', so that it will end inconclusive'}`,
        'zh-CN': `在 ${percent} 时，证明一个正常版本的失败率低于 ${rMax} 倍约需两个版本共 ${calls} 次调用、${minutes} 分钟：${isEnough ? '未超出' : '超出'}该步骤的 ${most} 分钟${isEnough ? '' : '，届时将无法得出结论'}`,
      },
    ]
  })
}
