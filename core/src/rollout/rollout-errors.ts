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
