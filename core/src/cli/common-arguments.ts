import { say } from './language.ts'

/** Of commands that work on a plugin's source. */
export const folderArgument = {
  type: 'positional',
  required: false,
  default: '.',
  description: say({ en: "The plugin's folder", 'zh-CN': '插件文件夹' }),
} as const

/** Arguments that every command with a host behind it takes. */
export const hostArguments = {
  url: {
    type: 'string',
    description: say({
      en: 'Where the host is (SIGNALBOX_URL, else http://127.0.0.1:4400)',
      'zh-CN': '主机地址（SIGNALBOX_URL，默认 http://127.0.0.1:4400）',
    }),
  },
  token: {
    type: 'string',
    description: say({
      en: "Operator's or tenant admin's token (SIGNALBOX_TOKEN, else this machine's operator)",
      'zh-CN': '运营者或租户管理员令牌（SIGNALBOX_TOKEN，默认使用本机运营者）',
    }),
  },
  json: {
    type: 'boolean',
    description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
  },
} as const

export const envArgument = {
  type: 'boolean',
  description: say({
    en: 'Print assignments for a shell or an .env file, and nothing else',
    'zh-CN': '仅输出可供 shell 或 .env 文件使用的变量赋值',
  }),
} as const

export const tenantArgument = {
  type: 'string',
  required: true,
  description: say({ en: 'The tenant', 'zh-CN': '租户' }),
} as const

export const reasonArgument = {
  type: 'string',
  description: say({
    en: 'Why, for the audit and for whoever asks later',
    'zh-CN': '原因，记入审计，供日后查阅',
  }),
} as const
