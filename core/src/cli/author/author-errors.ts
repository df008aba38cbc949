import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** What the commands of authors refuse. */
export const authorErrors = {
  DEV_CONSENT_MISSING: {
    status: 403,
    message: {
      en: '{plugin} asks for {capabilities}, which was not granted.',
      'zh-CN': '{plugin} 申请的能力 {capabilities} 未被授予。',
    },
    cure: {
      en: 'Answer y when "signalbox dev" asks, or start it with --grant.',
      'zh-CN': '在 "signalbox dev" 询问时输入 y，或以 --grant 启动。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
