import type { Localized } from '@signalbox/sdk/errors'

/**
 * Why a rollout was paused. A freeze or a lockdown is none of them: it ends by itself, and the step goes on
 * where it was.
 */
export const pauseReasons = {
  manual: { en: 'by hand', 'zh-CN': '人工暂停' },
  inconclusive: {
    en: 'too few calls for a verdict in the time the plan gives',
    'zh-CN': '在计划时间内调用太少，无法得出结论',
  },
  signal: { en: 'a signal asks a person to look', 'zh-CN': '信号指标需要人工查看' },
  srm: {
    en: 'the arms were not given the shares they should have been',
    'zh-CN': '两组实际占比与计划不符',
  },
  no_traffic: {
    en: 'no call reached the new version in the time the plan gives',
    'zh-CN': '在计划时间内新版本没有收到调用',
  },
  metrics_error: { en: 'a metric cannot be read', 'zh-CN': '指标无法读取' },
  gate: {
    en: 'its gate was not opened in the time the plan gives',
    'zh-CN': '闸口在计划时间内未放行',
  },
} as const satisfies Readonly<Record<string, Localized>>

export type PauseReason = keyof typeof pauseReasons
