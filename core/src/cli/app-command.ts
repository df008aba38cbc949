import { defineCommand } from 'citty'
import { hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

const create = defineCommand({
  meta: {
    name: 'create',
    description: say({
      en: 'Make an app: a machine client that subscribes to data services',
      'zh-CN': '创建应用：订阅数据服务的机器客户端',
    }),
  },
  args: {
    id: { type: 'positional', required: true, description: 'id' },
    tenant: tenantArgument,
    name: { type: 'string', description: say({ en: 'Name shown to people', 'zh-CN': '显示名称' }) },
    unit: {
      type: 'string',
      description: say({ en: 'The unit it belongs to', 'zh-CN': '所属单位' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const made = await client.request<{ id: string }>('POST', '/v1/apps', {
      tenant: args.tenant,
      id: args.id,
      name: args.name ?? args.id,
      ...(args.unit === undefined ? {} : { unit: args.unit }),
    })
    const text = { en: 'App {id} is made.', 'zh-CN': '应用 {id} 已创建。' }
    print(args.json, made, [say(text, { id: made.id })])
  },
})

export const appCommand = defineCommand({
  meta: { name: 'app', description: say({ en: 'Apps', 'zh-CN': '应用' }) },
  subCommands: { create },
})
