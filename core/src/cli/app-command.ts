import { defineCommand } from 'citty'
import { hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { SEVERAL } from './strict-arguments.ts'

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

const origins = defineCommand({
  meta: {
    name: 'origins',
    description: say({
      en: "Say from which pages browsers may call with the app's tokens and keys; none: from none",
      'zh-CN': '指定哪些网页可在浏览器中使用该应用的令牌和密钥；不填则全部禁止',
    }),
  },
  args: {
    app: {
      type: 'positional',
      required: true,
      description: say({ en: 'The app', 'zh-CN': '应用' }),
    },
    origins: {
      type: 'positional',
      required: false,
      valueHint: SEVERAL,
      description: say({
        en: 'Origins: https://board.example.com',
        'zh-CN': '来源：https://board.example.com',
      }),
    },
    tenant: tenantArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const [app = '', ...listed] = args._
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/tenants/${encodeURIComponent(args.tenant)}/apps/${encodeURIComponent(app)}/origins`
    const set = await client.request<{ origins: readonly string[] }>('PUT', path, {
      origins: listed,
    })
    const text =
      listed.length === 0
        ? { en: 'No page may call as {app}.', 'zh-CN': '任何网页都不能以 {app} 的身份调用。' }
        : {
            en: 'Pages of {origins} may call as {app}. Give them tokens of minutes from your server: a key in a page is read by whoever opens it.',
            'zh-CN':
              '{origins} 的网页可以 {app} 的身份调用。请由服务端签发短期令牌：网页中的密钥会被任何打开者看到。',
          }
    print(args.json, set, [say(text, { app, origins: listed.join(', ') })])
  },
})

export const appCommand = defineCommand({
  meta: { name: 'app', description: say({ en: 'Apps', 'zh-CN': '应用' }) },
  subCommands: { create, origins },
})
