import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { parseService } from './service-reference.ts'

export const clientCommand = defineCommand({
  meta: {
    name: 'client',
    description: say({
      en: 'Print the typed client of a data service: one TypeScript file without dependencies',
      'zh-CN': '输出数据服务的类型化客户端：单个无依赖的 TypeScript 文件',
    }),
  },
  args: {
    service: {
      type: 'positional',
      required: true,
      description: say({ en: 'service@major', 'zh-CN': '服务@主版本' }),
    },
    url: hostArguments.url,
    token: hostArguments.token,
  },
  run: async ({ args }) => {
    const { service, major } = parseService(args.service)
    const { url, token } = await connectionOf(args)
    // Whoever writes an app has its key, and needs no token of an admin.
    const client = new HostClient({ url, token: token ?? process.env.SIGNALBOX_KEY })
    const path = `/v1/catalog/services/${encodeURIComponent(service)}/versions/${major}/types`
    process.stdout.write(await client.requestText('GET', path))
  },
})
