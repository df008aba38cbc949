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

export const tenantCommand = defineCommand({
  meta: { name: 'tenant', description: say({ en: 'Tenants', 'zh-CN': '租户' }) },
  subCommands: { create },
})
