import type { CodedError, Localized } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { type RolloutCommand, type RolloutGuard, rolloutGuards } from './rollout-states.ts'
import type { Rollout } from './rollout-store.ts'
import { type Standstill, standstillSentence } from './standstill/freezes.ts'

/** What the reader does about a guard that is not met; of the others the rollout itself says all there is to say. */
const cures: Readonly<Partial<Record<RolloutGuard, Localized>>> = {
  alone: {
    en: 'Wait until the other one is over, abort it, or start this one with {"supersedes": true}, which takes the other one back.',
    'zh-CN':
      '请等待另一发布结束、将其中止，或以 {"supersedes": true} 启动本发布，届时另一发布将被收回。',
  },
  'four-eyes': {
    en: 'Let somebody else approve it, with a token of an admin of the tenant that is asked.',
    'zh-CN': '请由他人使用被请求租户的管理员令牌审批。',
  },
  'from-stable': {
    en: 'Another version became stable since: abort this one and plan it anew.',
    'zh-CN': '此后另一版本已转为稳定版：请中止本发布并重新计划。',
  },
  'gates-passed': {
    en: 'Let the steps that are left come to their end; to abort is always possible.',
    'zh-CN': '请等待剩余步骤完成；随时可以中止。',
  },
  'not-frozen': {
    en: 'Wait until it is over, or take it away: GET /v1/rollout-freezes lists freezes and their times.',
    'zh-CN': '请等待其结束或将其删除：GET /v1/rollout-freezes 列出冻结期及其时间。',
  },
  rehearsed: {
    en: 'Read what the rehearsal found, mend the migration, or let it through in writing with POST /v1/rollouts/{id}:override-rehearsal.',
    'zh-CN':
      '请查看演练结果并修正迁移，或通过 POST /v1/rollouts/{id}:override-rehearsal 书面放行。',
  },
  'still-stable': {
    en: 'Another version became stable since: roll back what put that one there.',
    'zh-CN': '此后另一版本已转为稳定版：请回滚使其转正的发布。',
  },
  unlocked: {
    en: 'Ask who locked everything down; PUT /v1/rollout-lockdown with {"isOn": false} ends it.',
    'zh-CN': '请询问执行锁定的人；以 {"isOn": false} 调用 PUT /v1/rollout-lockdown 可解除。',
  },
  'versions-warm': {
    en: 'Install the version again: GET /v1/plugins/{name} says in which state it is.',
    'zh-CN': '请重新安装该版本：GET /v1/plugins/{name} 显示其状态。',
  },
  'window-open': {
    en: 'Roll the older version out like a new one.',
    'zh-CN': '请像发布新版本一样重新灰度发布较早的版本。',
  },
}

interface Refused {
  readonly rollout: Pick<Rollout, 'id' | 'plugin' | 'state'>
  readonly command: RolloutCommand
  /** Undefined: the state knows no such command. */
  readonly unmet: RolloutGuard | undefined
  readonly standstill: Standstill
  readonly now: number
}

/** Why a command was not done, by name where somebody chose it, and what is done about it. */
export function refusedCommand({ rollout, command, unmet, standstill, now }: Refused): CodedError {
  const { id, plugin, state } = rollout
  if (unmet === undefined) {
    // Whoever comes too late to abort is told what still takes it back.
    const isLate = command === 'abort' && state === 'completed'
    const reason = {
      en: `it is ${state}${isLate ? '; roll it back instead' : ''}`,
      'zh-CN': `当前状态为 ${state}${isLate ? '；请改为回滚' : ''}`,
    }
    return create(id, command, reason, nothing)
  }
  const held = unmet === 'unlocked' || unmet === 'not-frozen'
  const named = held ? standstillSentence(standstill, plugin, now) : undefined
  const guard = rolloutGuards[unmet]
  const reason = {
    en: `it needs that ${guard.en}${named === undefined ? '' : `, but ${named.en}`}`,
    'zh-CN': `须满足：${guard['zh-CN']}${named === undefined ? '' : `；而${named['zh-CN']}`}`,
  }
  return create(id, command, reason, cures[unmet] ?? nothing)
}

const nothing: Localized = { en: '', 'zh-CN': '' }

function create(rollout: string, command: string, reason: Localized, next: Localized): CodedError {
  const cure = {
    en: next.en === '' ? '' : `${next.en} `,
    'zh-CN': next['zh-CN'],
  }
  return coreErrors.create('ROLLOUT_COMMAND_REFUSED', { rollout, command, reason, cure })
}
