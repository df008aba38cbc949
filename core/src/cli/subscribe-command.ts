import { defineCommand } from 'citty'
import { envArgument, hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print, printEnvironment } from './output.ts'
import { parseService } from './service-reference.ts'

export const subscribeCommand = defineCommand({
  meta: {
    name: 'subscribe',
    description: say({
      en: 'Subscribe an app to a data service and give it a key',
      'zh-CN': '让应用订阅数据服务并签发密钥',
    }),
  },
  args: {
    app: {
      type: 'positional',
      required: true,
      description: say({ en: 'The app', 'zh-CN': '应用' }),
    },
    service: {
      type: 'positional',
      required: true,
      description: say({ en: 'service@major', 'zh-CN': '服务@主版本' }),
    },
    tenant: tenantArgument,
    plan: {
      type: 'string',
      description: say({ en: 'The plan (standard)', 'zh-CN': '方案（standard）' }),
    },
    env: envArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const connection = await connectionOf(args)
    const client = new HostClient(connection)
    const { service, major } = parseService(args.service)
    const subscription = await client.request<{ id: string; state: string }>(
      'POST',
      '/v1/subscriptions',
      {
        tenant: args.tenant,
        app: args.app,
        service,
        major,
        ...(args.plan === undefined ? {} : { plan: args.plan }),
      },
    )
    const credential = await client.request<{ id: string; key: string }>(
      'POST',
      `/v1/subscriptions/${subscription.id}/credentials`,
    )
    if (args.env === true) {
      printEnvironment({
        SIGNALBOX_URL: connection.url,
        SIGNALBOX_SUBSCRIPTION: subscription.id,
        SIGNALBOX_KEY: credential.key,
      })
      if (subscription.state !== 'active') process.stderr.write(`${standing(subscription)}\n`)
      return
    }
    print(args.json, { ...subscription, credential }, [
      standing(subscription),
      say(
        { en: 'Its key, shown this once: {key}', 'zh-CN': '密钥（仅显示一次）：{key}' },
        credential,
      ),
      say(
        { en: 'Try it: {page}', 'zh-CN': '试用页面：{page}' },
        { page: `${connection.url}/catalog/${service}` },
      ),
    ])
  },
})

/** What it is, and what comes next where somebody has to do it. */
function standing(subscription: { readonly id: string; readonly state: string }): string {
  return subscription.state === 'active'
    ? say({ en: 'Subscription {id} is active.', 'zh-CN': '订阅 {id} 已生效。' }, subscription)
    : say(
        {
          en: 'Subscription {id} waits for the owner of the service: signalbox subscription approve {id}',
          'zh-CN': '订阅 {id} 正等待服务所有者批准：signalbox subscription approve {id}',
        },
        subscription,
      )
}
