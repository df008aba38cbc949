import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** What the commands of authors refuse. */
export const authorErrors = {
  CREATE_FOLDER_TAKEN: {
    status: 409,
    message: {
      en: 'The folder {folder} holds something already.',
      'zh-CN': '文件夹 {folder} 非空。',
    },
    cure: {
      en: 'Name another with --folder, or empty it first.',
      'zh-CN': '请用 --folder 指定其他文件夹，或先清空它。',
    },
  },
  CREDENTIALS_EXPOSED: {
    status: 403,
    message: {
      en: 'The tokens in {file} can be read by other users of this machine.',
      'zh-CN': '{file} 中的令牌可被本机其他用户读取。',
    },
    cure: {
      en: 'Run "chmod 600" on it, and renew the tokens in it where others may have read them.',
      'zh-CN': '请对其执行 "chmod 600"；若他人可能已读取，请更换其中的令牌。',
    },
  },
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
  LOGIN_NOT_CONFIRMED: {
    status: 408,
    message: {
      en: 'Nobody confirmed the login at {url} within five minutes.',
      'zh-CN': '五分钟内无人在 {url} 确认登录。',
    },
    cure: {
      en: 'Run "signalbox login --web" again and open the address it shows; or pipe a token into "signalbox login".',
      'zh-CN':
        '请重新运行 "signalbox login --web" 并打开所示地址；或将令牌通过管道传给 "signalbox login"。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
