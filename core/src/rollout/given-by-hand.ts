import type { Localized } from '@signalbox/sdk/errors'
import type { RolloutCommand } from './rollout-states.ts'

/** What a person may tell a rollout over the API without a reason of his own. */
export type GivenCommand = Exclude<RolloutCommand, 'approve' | 'bake' | 'supersede'>

/** Why a rollout moved, where whoever moved it did not say. */
export const givenByHand = {
  start: { en: 'started by hand', 'zh-CN': '人工启动' },
  pause: { en: 'paused by hand', 'zh-CN': '人工暂停' },
  resume: { en: 'resumed by hand', 'zh-CN': '人工恢复' },
  advance: { en: 'moved on by hand', 'zh-CN': '人工进入下一步' },
  promote: { en: 'promoted by hand', 'zh-CN': '人工转为稳定版' },
  abort: { en: 'aborted by hand', 'zh-CN': '人工中止' },
  rollback: { en: 'rolled back by hand', 'zh-CN': '人工回滚' },
} as const satisfies Readonly<Record<GivenCommand, Localized>>
