import { defineCommand } from 'citty'
import { hostArguments, reasonArgument, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'
import { listCommand } from './plugin-list-command.ts'
import { logsCommand } from './plugin-logs-command.ts'
import { parsePlugin } from './plugin-reference.ts'
import { searchCommand } from './plugin-search-command.ts'
import { showCommand } from './plugin-show-command.ts'
import { removeCommand } from './remove-command.ts'
import { askForTerms } from './terms-question.ts'

const nameArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'Name, or name@version', 'zh-CN': '名称，或 名称@版本' }),
} as const

const install = defineCommand({
  meta: {
    name: 'install',
    description: say({
      en: 'Install a plugin from the marketplace',
      'zh-CN': '从应用市场安装插件',
    }),
  },
  args: {
    name: nameArgument,
    'accept-terms': {
      type: 'string',
      description: say({
        en: 'Accept the terms of the version, by their hash; asked for, where somebody sits there',
        'zh-CN': '按哈希接受该版本的条款；在交互式终端中会询问',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const wish = parsePlugin(args.name)
    const accepted = args['accept-terms'] ?? (await askForTerms(client, wish, args.json === true))
    const made = await client.request<{ plugin: string; version: string; state: string }>(
      'POST',
      '/v1/plugins',
      { ...wish, ...(accepted === undefined ? {} : { acceptTerms: accepted }) },
    )
    const text = {
      en: '{plugin}@{version} is installed ({state}).',
      'zh-CN': '{plugin}@{version} 已安装（{state}）。',
    }
    const next = {
      en: 'It serves nobody yet: "signalbox rollout start {plugin}@{version}" lets it serve step by step.',
      'zh-CN': '它尚未提供服务：运行 "signalbox rollout start {plugin}@{version}" 逐步启用。',
    }
    const lines = made.state === 'warm' ? [text, next] : [text]
    print(
      args.json,
      made,
      lines.map((line) => say(line, made)),
    )
  },
})

interface TenantPlugin {
  readonly plugin: string
  readonly version: string
  readonly capabilities: readonly {
    readonly name: string
    readonly parameters: unknown
    readonly optional: boolean
    readonly why: Readonly<Record<string, string>>
    readonly granted: boolean
  }[]
}

const enable = defineCommand({
  meta: {
    name: 'enable',
    description: say({
      en: 'Enable a plugin for a tenant; --consent grants what it asks for',
      'zh-CN': '为租户启用插件；--consent 表示同意其申请的能力',
    }),
  },
  args: {
    name: nameArgument,
    tenant: tenantArgument,
    consent: {
      type: 'boolean',
      description: say({
        en: 'Consent to what the plugin asks for',
        'zh-CN': '同意插件申请的能力',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { name } = parsePlugin(args.name)
    const path = `/v1/tenants/${encodeURIComponent(args.tenant)}/plugins/${encodeURIComponent(name)}`
    const before = await client.request<TenantPlugin>('GET', path)
    const asked = before.capabilities.filter(({ granted }) => !granted)
    if (args.json !== true && asked.length > 0) {
      process.stdout.write(`${asked.map(describeCapability).join('\n')}\n`)
    }
    if (args.consent === true && asked.length > 0) {
      const capabilities = [...new Set(asked.map((wish) => wish.name))]
      await client.request('POST', `${path}/grants`, { version: before.version, capabilities })
    }
    const after = await client.request<TenantPlugin>('PUT', path, { binding: 'enabled' })
    const text = {
      en: '{plugin}@{version} is enabled for {tenant}.',
      'zh-CN': '已为 {tenant} 启用 {plugin}@{version}。',
    }
    const { plugin, version } = after
    print(args.json, after, [say(text, { plugin, version, tenant: args.tenant })])
  },
})

function describeCapability(wish: TenantPlugin['capabilities'][number]): string {
  const text = wish.optional
    ? {
        en: 'asks for {name} {parameters} (optional): {why}',
        'zh-CN': '申请 {name} {parameters}（可选）：{why}',
      }
    : { en: 'asks for {name} {parameters}: {why}', 'zh-CN': '申请 {name} {parameters}：{why}' }
  return say(text, {
    name: wish.name,
    parameters: JSON.stringify(wish.parameters),
    why: wish.why[terminalLanguage()] ?? wish.why.en ?? '',
  })
}

const rollback = defineCommand({
  meta: {
    name: 'rollback',
    description: say({
      en: 'Take the last completed rollout of a plugin back, at once',
      'zh-CN': '立即撤回插件最近一次完成的灰度发布',
    }),
  },
  args: {
    name: { ...nameArgument, description: say({ en: 'The plugin', 'zh-CN': '插件' }) },
    to: {
      type: 'string',
      description: say({
        en: 'The version to go back to; refused where it is not the one before',
        'zh-CN': '要回退到的版本；若不是前一版本则拒绝',
      }),
    },
    reason: reasonArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const rollout = await client.request<{ id: string; plugin: string; from: string; to: string }>(
      'POST',
      `/v1/plugins/${encodeURIComponent(args.name)}:rollback`,
      {
        ...(args.to === undefined ? {} : { to: args.to }),
        ...(args.reason === undefined ? {} : { reason: args.reason }),
      },
    )
    const text = {
      en: '{plugin} is back on {from}; {to} gets no calls any more ({id}).',
      'zh-CN': '{plugin} 已回退到 {from}；{to} 不再接收调用（{id}）。',
    }
    const { id, plugin, from, to } = rollout
    print(args.json, rollout, [say(text, { id, plugin, from, to })])
  },
})

export const pluginCommand = defineCommand({
  meta: { name: 'plugin', description: say({ en: 'Plugins', 'zh-CN': '插件' }) },
  subCommands: {
    list: listCommand,
    search: searchCommand,
    show: showCommand,
    install,
    enable,
    logs: logsCommand,
    rollback,
    remove: removeCommand,
  },
})
