import { defineCommand } from 'citty'
import { hostArguments } from '../common-arguments.ts'
import { connectionOf, HostClient } from '../host-client.ts'
import { say, terminalLanguage } from '../language.ts'
import { print } from '../output.ts'
import { type PluginInShort, type PluginUpdates, pluginLines, updateLines } from './update-lines.ts'

const pluginArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The plugin', 'zh-CN': '插件' }),
} as const

const pathOf = (plugin: string) => `/v1/plugins/${encodeURIComponent(plugin)}/updates`

const list = defineCommand({
  meta: {
    name: 'list',
    description: say({
      en: 'All plugins: what is in service, what is rolled out next by itself, and why not yet',
      'zh-CN': '所有插件：当前版本、下一个自动发布的版本，以及尚未发布的原因',
    }),
  },
  args: { ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const items: PluginInShort[] = []
    for (let cursor: string | undefined; ; ) {
      const query = new URLSearchParams({ limit: '50', ...(cursor && { cursor }) })
      const page = await client.request<{ items: PluginInShort[]; next?: string }>(
        'GET',
        `/v1/updates?${query}`,
      )
      items.push(...page.items)
      cursor = page.next
      if (cursor === undefined) break
    }
    const none = say({ en: 'No plugin is installed.', 'zh-CN': '没有已安装的插件。' })
    const lines = items.flatMap((one) => pluginLines(one, terminalLanguage()))
    print(args.json, { items }, lines.length === 0 ? [none] : lines)
  },
})

const show = defineCommand({
  meta: {
    name: 'show',
    description: say({
      en: 'Newer versions of a plugin, what keeps each, and what was tried',
      'zh-CN': '插件的较新版本、各自的等待原因以及已尝试的版本',
    }),
  },
  args: { plugin: pluginArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const shown = await client.request<PluginUpdates>('GET', pathOf(args.plugin))
    print(args.json, shown, updateLines(shown, terminalLanguage()))
  },
})

const set = defineCommand({
  meta: {
    name: 'set',
    description: say({
      en: 'Say which newer versions are rolled out by themselves',
      'zh-CN': '设置哪些较新版本会自动发布',
    }),
  },
  args: {
    plugin: pluginArgument,
    mode: {
      type: 'positional',
      required: true,
      description: say({
        en: 'manual: none; patch: ~ of the version in service; minor: ^ of it',
        'zh-CN': 'manual：不自动更新；patch：当前版本的 ~ 范围；minor：^ 范围',
      }),
    },
    'minimum-age-hours': {
      type: 'string',
      description: say({
        en: 'How old a release has to be, where the marketplace and the host ask for less',
        'zh-CN': '版本发布后至少等待的小时数（市场与主机要求更短时生效）',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = pathOf(args.plugin)
    const hours = args['minimum-age-hours']
    // Whoever only changes the mode does not give up the age that was asked for.
    const minimumAgeHours =
      hours === undefined
        ? (await client.request<PluginUpdates>('GET', path)).minimumAgeHours.plugin
        : Number(hours)
    const body = { updates: args.mode, minimumAgeHours }
    const shown = await client.request<PluginUpdates>('PUT', path, body)
    print(args.json, shown, updateLines(shown, terminalLanguage()))
  },
})

export const updatesCommand = defineCommand({
  meta: {
    name: 'updates',
    description: say({ en: 'Automatic updates of plugins', 'zh-CN': '插件的自动更新' }),
  },
  subCommands: { list, show, set },
})
