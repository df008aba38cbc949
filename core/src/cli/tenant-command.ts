import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

const create = defineCommand({
  meta: {
    name: 'create',
    description: say({
      en: 'Make a tenant: a company on the host',
      'zh-CN': '创建租户：主机上的一家公司',
    }),
  },
  args: {
    id: { type: 'positional', required: true, description: 'id' },
    name: { type: 'string', description: say({ en: 'Name shown to people', 'zh-CN': '显示名称' }) },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const body = { id: args.id, name: args.name ?? args.id }
    const made = await client.request<{ id: string; adminToken: string }>(
      'POST',
      '/v1/tenants',
      body,
    )
    print(args.json, made, [
      say({ en: 'Tenant {id} is made.', 'zh-CN': '租户 {id} 已创建。' }, { id: made.id }),
      say(
        {
          en: 'Its admin token, shown this once: {token}',
          'zh-CN': '管理员令牌（仅显示一次）：{token}',
        },
        { token: made.adminToken },
      ),
    ])
  },
})

const change = defineCommand({
  meta: {
    name: 'change',
    description: say({
      en: 'Rename a tenant, or say in which time zone its times are shown',
      'zh-CN': '重命名租户，或设置其时间显示所用的时区',
    }),
  },
  args: {
    id: { type: 'positional', required: true, description: 'id' },
    name: { type: 'string', description: say({ en: 'Name shown to people', 'zh-CN': '显示名称' }) },
    'time-zone': {
      type: 'string',
      description: say({
        en: "Such as Asia/Shanghai; browser: of whoever's browser it is",
        'zh-CN': '例如 Asia/Shanghai；browser：使用各自浏览器的时区',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const zone = args['time-zone']
    const body = {
      ...(args.name === undefined ? {} : { name: args.name }),
      ...(zone === undefined ? {} : { timeZone: zone === 'browser' ? null : zone }),
    }
    const path = `/v1/tenants/${encodeURIComponent(args.id)}`
    const made = await client.request<{ name: string; timeZone: string | null }>(
      'PATCH',
      path,
      body,
    )
    print(args.json, made, [`${made.name} · ${made.timeZone ?? 'browser'}`])
  },
})

export const tenantCommand = defineCommand({
  meta: { name: 'tenant', description: say({ en: 'Tenants', 'zh-CN': '租户' }) },
  subCommands: { create, change },
})
