import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of narrowing a grant. */
export const useErrors = {
  GRANT_NOT_NARROWER: {
    status: 422,
    message: {
      en: 'The parameters allow something that the grant {grant} of {capability} does not, or cannot be less.',
      'zh-CN': '这些参数超出了 {capability} 授权 {grant} 的范围，或该授权无法收窄。',
    },
    cure: {
      en: 'Leave out operations, origins or methods, or take the grant back; a wider one is given by consent.',
      'zh-CN': '请减少操作、来源或方法，或收回该授权；扩大授权须重新同意。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
