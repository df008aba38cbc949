import type { Localized } from '@signalbox/sdk/errors'
import { defineCommand } from 'citty'
import { hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'

interface Assignment {
  readonly plugin: string
  readonly version: string
  readonly arm: string
  readonly generation: number
  readonly sentence: Localized
}

/** What the lists of a plan may name a call by. */
const listed = ['app', 'subject', 'unit', 'entity'] as const
const listedArgument = {
  type: 'string',
  description: say({
    en: 'What the call is of beside its key, for lists and cohorts',
    'zh-CN': '除键之外该调用的归属，用于名单与分组',
  }),
} as const

export const assignmentCommand = defineCommand({
  meta: {
    name: 'assignment',
    description: say({
      en: 'Which version of a plugin would serve a call, and why',
      'zh-CN': '某次调用将由插件的哪个版本处理，以及原因',
    }),
  },
  args: {
    plugin: {
      type: 'positional',
      required: true,
      description: say({ en: 'The plugin', 'zh-CN': '插件' }),
    },
    tenant: tenantArgument,
    key: {
      type: 'string',
      required: true,
      description: say({
        en: 'Request id or app, by what the rollout draws by',
        'zh-CN': '请求编号或应用，取决于灰度发布的分组方式',
      }),
    },
    ...Object.fromEntries(listed.map((kind) => [kind, listedArgument])),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { plugin, tenant, key } = args
    const named = listed.flatMap((kind) => {
      const id: unknown = Reflect.get(args, kind)
      return typeof id === 'string' ? [[kind, id] as const] : []
    })
    const query = new URLSearchParams({ plugin, tenant, key, ...Object.fromEntries(named) })
    const found = await client.request<Assignment>('GET', `/v1/assignment?${query}`)
    const { version, arm, generation, sentence } = found
    const reason = sentence[terminalLanguage()]
    print(args.json, found, [
      say(
        {
          en: '{plugin}@{version} ({arm}, generation {generation}): {reason}',
          'zh-CN': '{plugin}@{version}（{arm}，第 {generation} 代）：{reason}',
        },
        { plugin, version, arm, generation, reason },
      ),
    ])
  },
})
