import type { Localized } from '@signalbox/sdk/errors'
import { type CohortBy, FULL_WEIGHT_BP } from './cohort.ts'
import type { StepDetection, Traffic } from './detection-table.ts'
import { percentOf } from './step-decision.ts'
import { isWeightStep, type Step } from './steps.ts'

/** What cannot be detected, said before it is relied upon. */
export function detectionNotes(
  steps: readonly Step[],
  cohortBy: CohortBy,
  traffic: Traffic,
  table: readonly StepDetection[],
): readonly Localized[] {
  if (traffic.callsPerMinute === 0) return [noTraffic]
  const notes = cohortBy === 'request' ? [] : cohortNotes(steps, cohortBy, traffic)
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
      en: `${changing} % of the calls change something and cannot be tried again on the other version: where cohorts stay together their failures hold a step and stop nothing; let calls be drawn by request, or a person approve`,
      'zh-CN': `${changing}% 的调用会产生变更，无法在另一版本上重试：当分组固定时，其失败只会暂缓步骤而不会停止版本；请改为按请求分配，或由人工审批`,
    })
  }
  notes.push({
    en: 'slowness only holds a step where cohorts stay together: their payloads may be to blame',
    'zh-CN': '当分组固定时，变慢只会暂缓步骤：也可能是其数据所致',
  })
  return notes
}
