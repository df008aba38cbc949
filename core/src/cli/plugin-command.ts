import { defineCommand } from 'citty'
import { hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'

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
  args: { name: nameArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const made = await client.request<{ plugin: string; version: string; state: string }>(
      'POST',
      '/v1/plugins',
      parseName(args.name),
    )
    const text = {
      en: '{plugin}@{version} is installed ({state}).',
      'zh-CN': '{plugin}@{version} 已安装（{state}）。',
    }
    print(args.json, made, [say(text, made)])
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
    const { name } = parseName(args.name)
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

/** A scope starts with @ too: the version stands behind the last one that is not the first letter. */
function parseName(text: string): { name: string; version?: string } {
  const cut = text.lastIndexOf('@')
  return cut > 0 ? { name: text.slice(0, cut), version: text.slice(cut + 1) } : { name: text }
}

export const pluginCommand = defineCommand({
  meta: { name: 'plugin', description: say({ en: 'Plugins', 'zh-CN': '插件' }) },
  subCommands: { install, enable },
})
