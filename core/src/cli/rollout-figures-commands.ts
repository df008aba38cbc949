import { defineCommand } from 'citty'
import type { analyseRollout } from '../rollout/evidence/analysis.ts'
import type { Detection, Fault, StepDetection } from '../rollout/judge/detection-table.ts'
import type { SeenTraffic } from '../rollout/judge/traffic.ts'
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
    const { evidence, calls, from, to } = found
    const text = {
      en: 'evidence {e} / {threshold} · calls: {stable} of {from}, {canary} of {to} · {sentence}',
      'zh-CN': '证据值 {e} / {threshold} · 调用：{from} {stable} 次，{to} {canary} 次 · {sentence}',
    }
    const now = say(text, {
      e: figure(evidence.e),
      threshold: evidence.threshold,
      from,
      to,
      stable: calls.stable,
      canary: calls.canary,
      sentence: evidence.sentence[language],
    })
    const steps = found.steps.map(({ step, weightBp, highestE, calls: all }) =>
      say(
        {
          en: 'step {step} · {weight} · highest evidence {e} · {canary} calls of the new version by its end',
          'zh-CN': '步骤 {step} · {weight} · 最高证据值 {e} · 新版本累计调用 {canary} 次',
        },
        { step: step + 1, weight: percentOf(weightBp), e: figure(highestE), canary: all.canary },
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

function linesOf(found: Validation): readonly string[] {
  const { faults, traffic, detection, notes, planChoice } = found
  if (faults.length > 0) return faults.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`)
  const language = terminalLanguage()
  return [
    ...(planChoice === null ? [] : [planChoice.sentence[language]]),
    // Of no calls a note says all there is to say; a rate that is reckoned with none would mislead.
    ...(traffic === null || traffic.seen.calls === 0 ? [] : [trafficLine(traffic)]),
    ...(detection ?? []).flatMap(detectionLines),
    ...notes.map((one) => one[language]),
  ]
}

/** What was seen, and apart from it what is reckoned with: few calls without a failure prove no rate of none. */
function trafficLine({ seen, callsPerMinute, failureRate }: SeenTraffic): string {
  const text = {
    en: '{calls} calls in {minutes} minutes ({rate} a minute), {failed} of them failed; reckoned with {percent} % failures',
    'zh-CN':
      '{minutes} 分钟内 {calls} 次调用（每分钟 {rate} 次），其中 {failed} 次失败；按失败率 {percent} % 计算',
  }
  return say(text, {
    calls: seen.calls,
    minutes: figure(seen.minutes),
    rate: figure(callsPerMinute),
    failed: seen.failed,
    percent: figure(failureRate * 100),
  })
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
  return say(text, { calls, failed: failedCalls ?? 0, time: spanOf(seconds) })
}

/** In the largest unit that has two digits: nobody reads 620,000,000 s. */
function spanOf(seconds: number | null): string {
  if (seconds === null) return say({ en: 'time not known', 'zh-CN': '时间未知' })
  const [size, text] = spans.find(([least]) => seconds >= 2 * least) ?? inSeconds
  return say(text, { n: figure(seconds / size) })
}

const inSeconds = [1, { en: '{n} s', 'zh-CN': '{n} 秒' }] as const
const spans = [
  [365 * 86_400, { en: '{n} years', 'zh-CN': '{n} 年' }],
  [86_400, { en: '{n} days', 'zh-CN': '{n} 天' }],
  [3600, { en: '{n} hours', 'zh-CN': '{n} 小时' }],
  [60, { en: '{n} minutes', 'zh-CN': '{n} 分钟' }],
] as const

/** Two digits are what a person reads. */
function figure(value: number): number {
  return Number(value.toPrecision(2))
}
