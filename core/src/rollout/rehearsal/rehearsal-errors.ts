import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of trying a migration before it is released. */
export const rehearsalErrors = {
  REHEARSAL_MISSING: {
    status: 409,
    message: {
      en: 'The migration of {plugin} from {from} to {to} has not been rehearsed yet: nobody knows what there is to override.',
      'zh-CN': '{plugin} 从 {from} 到 {to} 的迁移尚未演练，还不知道需要放行什么。',
    },
    cure: {
      en: 'Wait until GET /v1/rollouts/{rollout}/rehearsal shows what was found, and override what you have read.',
      'zh-CN': '请等待 GET /v1/rollouts/{rollout}/rehearsal 给出结果，阅读后再放行。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
