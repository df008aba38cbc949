import { defineCommand } from 'citty'
import type { analyseRollout } from '../rollout/evidence/analysis.ts'
import type { Detection, Fault, StepDetection } from '../rollout/judge/detection-table.ts'
import { percentOf } from '../rollout/plan/step-decision.ts'
import type { Validation } from '../rollout/plan/validate-routes.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'
import { rolloutArgument, rolloutPath } from './rollout-argument.ts'
import { planArguments, wishOf } from './rollout-plan.ts'

type Analysis = Awaited<ReturnType<typeof analyseRollout>>

export const analysisCommand = defineCommand({
  meta: {
    name: 'analysis',
    description: say({
      en: 'The evidence of a rollout step by step, and every decision with its sentence',
      'zh-CN': '灰度发布各步骤的证据，以及每次决定的说明',
    }),
  },
  args: { id: rolloutArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const found = await client.request<Analysis>('GET', `${rolloutPath(args.id)}/analysis`)
    const language = terminalLanguage()
    const { evidence, calls } = found
    const text = {
      en: 'evidence {e} / {threshold} · calls {stable} + {canary} · {sentence}',
      'zh-CN': '证据值 {e} / {threshold} · 调用 {stable} + {canary} · {sentence}',
    }
    const now = say(text, {
      e: figure(evidence.e),
      threshold: evidence.threshold,
      stable: calls.stable,
      canary: calls.canary,
      sentence: evidence.sentence[language],
    })
    const steps = found.steps.map(({ step, weightBp, highestE, calls: all }) =>
      say(
        {
          en: 'step {step} · {weight} · highest evidence {e} · {canary} calls of the new version',
          'zh-CN': '步骤 {step} · {weight} · 最高证据值 {e} · 新版本调用 {canary} 次',
        },
        { step, weight: percentOf(weightBp), e: figure(highestE), canary: all.canary },
      ),
    )
    const decisions = found.decisions.map(
      ({ at, command, actor, sentence }) => `${at} · ${command} · ${actor} · ${sentence[language]}`,
    )
    print(args.json, found, [now, ...steps, ...decisions])
  },
})

export const validateCommand = defineCommand({
  meta: {
    name: 'validate',
    description: say({
      en: 'What a plan could find with the traffic of now; exit code 1: it cannot be planned',
      'zh-CN': '以当前流量计，计划能发现什么；退出码 1：无法计划',
    }),
  },
  args: { ...planArguments, ...hostArguments },
  run: async ({ args }) => {
    const wish = await wishOf(args)
    const client = new HostClient(await connectionOf(args))
    const found = await client.request<Validation>('POST', '/v1/rollouts:validate', wish)
    if (found.faults.length > 0) process.exitCode = 1
    print(args.json, found, linesOf(found))
  },
})

function linesOf({ faults, traffic, detection, notes }: Validation): readonly string[] {
  if (faults.length > 0) return faults.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`)
  const text = {
    en: '{calls} calls a minute, {failed} % of them fail',
    'zh-CN': '每分钟 {calls} 次调用，其中 {failed} % 失败',
  }
  const { callsPerMinute = 0, failureRate = 0 } = traffic ?? {}
  const seen = say(text, { calls: figure(callsPerMinute), failed: figure(failureRate * 100) })
  const language = terminalLanguage()
  return [seen, ...(detection ?? []).flatMap(detectionLines), ...notes.map((one) => one[language])]
}

const faultNames: Readonly<Record<Fault, string>> = {
  dead: say({ en: 'dead', 'zh-CN': '完全失效' }),
  fails_one_in_ten: say({ en: 'one call in ten fails', 'zh-CN': '每十次调用失败一次' }),
  threefold_failures: say({ en: 'threefold failures', 'zh-CN': '失败率变为三倍' }),
  twice_as_slow: say({ en: 'twice as slow', 'zh-CN': '耗时变为两倍' }),
}

function detectionLines({ weightBp, callsInStep, detections }: StepDetection): readonly string[] {
  const text = {
    en: '{weight} · {calls} calls in the step',
    'zh-CN': '{weight} · 该步骤内 {calls} 次调用',
  }
  const head = say(text, { weight: percentOf(weightBp), calls: callsInStep })
  const found = Object.entries(detections) as [Fault, Detection][]
  return [head, ...found.map(([fault, one]) => `  ${faultNames[fault]}: ${detectionText(one)}`)]
}

function detectionText({ calls, failedCalls, seconds, isWithinStep }: Detection): string {
  if (calls === null) return say({ en: 'would not be found', 'zh-CN': '无法发现' })
  const text = isWithinStep
    ? {
        en: 'found after {calls} calls, {failed} failed, {time}',
        'zh-CN': '{calls} 次调用后发现，失败 {failed} 次，{time}',
      }
    : {
        en: 'only after the step: {calls} calls, {failed} failed, {time}',
        'zh-CN': '步骤结束后才能发现：{calls} 次调用，失败 {failed} 次，{time}',
      }
  const time =
    seconds === null
      ? say({ en: 'time not known', 'zh-CN': '时间未知' })
      : say({ en: '{s} s', 'zh-CN': '{s} 秒' }, { s: figure(seconds) })
  return say(text, { calls, failed: failedCalls ?? 0, time })
}

/** Two digits are what a person reads. */
function figure(value: number): number {
  return Number(value.toPrecision(2))
}
