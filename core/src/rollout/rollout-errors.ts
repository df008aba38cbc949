import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of what rollouts are held by: cohorts, freezes, and commands that came too late. */
export const rolloutErrors = {
  COHORT_MISSING: {
    status: 404,
    message: { en: 'There is no cohort {cohort}.', 'zh-CN': '分组 {cohort} 不存在。' },
    cure: {
      en: 'List them with GET /v1/cohorts.',
      'zh-CN': '请通过 GET /v1/cohorts 查询。',
    },
  },
  FREEZE_MISSING: {
    status: 404,
    message: { en: 'There is no freeze {freeze}.', 'zh-CN': '冻结期 {freeze} 不存在。' },
    cure: {
      en: 'List them with GET /v1/rollout-freezes.',
      'zh-CN': '请通过 GET /v1/rollout-freezes 查询。',
    },
  },
  FREEZES_TAKEN: {
    status: 409,
    message: {
      en: 'There are {limit} freezes already.',
      'zh-CN': '冻结期已达 {limit} 个。',
    },
    cure: {
      en: 'Take away those that are over, with DELETE /v1/rollout-freezes/{name}.',
      'zh-CN': '请通过 DELETE /v1/rollout-freezes/{name} 删除已结束的冻结期。',
    },
  },
  ROLLOUT_RETRY_REFUSED: {
    status: 409,
    message: {
      en: 'The rollout {rollout} is not planned again: {reason}.',
      'zh-CN': '灰度发布 {rollout} 未能重新计划：{reason}。',
    },
    cure: {
      en: 'What was aborted, superseded or rolled back is planned again, with another "version", or with "force" where the version was not at fault.',
      'zh-CN':
        '已中止、被取代或已回滚的发布可重新计划：请指定其他 "version"；若并非版本本身的问题，请使用 "force"。',
    },
  },
  VERSION_DRAINED: {
    status: 503,
    message: {
      en: 'The call was still at work on {plugin}@{version} {seconds} s after that version was taken out of service, and was cancelled.',
      'zh-CN': '{plugin}@{version} 停止服务 {seconds} 秒后该调用仍在执行，已被取消。',
    },
    cure: {
      en: 'Ask again: the version that serves now answers. Work that takes longer belongs into steps that can be done again.',
      'zh-CN': '请重试：将由当前提供服务的版本处理。耗时更长的工作应拆分为可重复执行的步骤。',
    },
  },
  ROLLOUT_HOOK_REFUSED: {
    status: 502,
    message: {
      en: 'The hook at {origin} answered {status}.',
      'zh-CN': '{origin} 的钩子返回 {status}。',
    },
    cure: {
      en: 'A hook answers 200 with { "allow": true or false, "reason": "…" }; the rollout waits, and asks again.',
      'zh-CN':
        '钩子应返回 200 与 { "allow": true 或 false, "reason": "…" }；发布会等待并再次询问。',
    },
  },
  ROLLOUT_CHANGED: {
    status: 412,
    message: {
      en: 'The rollout {rollout} was moved since revision {revision}; nothing was done.',
      'zh-CN': '灰度发布 {rollout} 自修订 {revision} 之后已发生变化；未执行任何操作。',
    },
    cure: {
      en: 'Look at it with GET /v1/rollouts/{rollout} and decide again.',
      'zh-CN': '请通过 GET /v1/rollouts/{rollout} 查看后重新决定。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
