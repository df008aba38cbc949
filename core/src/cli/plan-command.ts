import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { parseService } from './service-reference.ts'

/** Enough to offer a service; what else a plan may say is long, and JSON: `PUT …/plans/{name}`. */
const set = defineCommand({
  meta: {
    name: 'set',
    description: say({
      en: 'Offer a service under a plan, or change its terms for who comes from now on',
      'zh-CN': '以方案提供服务，或更改对新订阅者的条款',
    }),
  },
  args: {
    service: {
      type: 'positional',
      required: true,
      description: say({ en: 'service@major', 'zh-CN': '服务@主版本' }),
    },
    name: {
      type: 'positional',
      required: true,
      description: say({ en: 'The plan', 'zh-CN': '方案' }),
    },
    rate: {
      type: 'string',
      required: true,
      description: say({ en: 'Calls a second, lasting', 'zh-CN': '每秒持续调用次数' }),
    },
    burst: {
      type: 'string',
      required: true,
      description: say({ en: 'Calls at once after silence', 'zh-CN': '空闲后可同时发起的调用数' }),
    },
    approval: {
      type: 'string',
      default: 'auto',
      description: say({
        en: 'auto, or manual: the owner of the service decides on each subscription',
        'zh-CN': 'auto；或 manual：由服务所有者逐一批准订阅',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { service, major } = parseService(args.service)
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/catalog/services/${encodeURIComponent(service)}/versions/${major}/plans/${encodeURIComponent(args.name)}`
    const plan = await client.request<{ name: string }>('PUT', path, {
      ratePerS: Number(args.rate),
      burst: Number(args.burst),
      approval: args.approval,
    })
    const text = {
      en: 'Plan {name} of {service} is offered ({approval}).',
      'zh-CN': '{service} 的方案 {name} 已提供（{approval}）。',
    }
    const { name, approval } = args
    print(args.json, plan, [say(text, { name, service: args.service, approval })])
  },
})

export const planCommand = defineCommand({
  meta: { name: 'plan', description: say({ en: 'Plans of services', 'zh-CN': '服务的方案' }) },
  subCommands: { set },
})
