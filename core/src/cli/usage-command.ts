import { defineCommand } from 'citty'
import type { UsageGap, UsageRow } from '../usage/usage-query-store.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

const text = (en: string, zh: string) =>
  ({ type: 'string', description: say({ en, 'zh-CN': zh }) }) as const

interface Shown {
  readonly items: readonly UsageRow[]
  readonly gaps: readonly UsageGap[]
}

const showCommand = defineCommand({
  meta: {
    name: 'show',
    description: say({ en: 'Calls by subscribers', 'zh-CN': '订阅者的调用量' }),
  },
  args: {
    tenant: text('The tenant', '租户'),
    service: text('The data service', '数据服务'),
    from: text('From this day on: 2026-06-01', '起始日期：2026-06-01'),
    to: text('Before this day', '截止日期（不含）'),
    by: text(
      'day, hour, month, service, subscription, app, operation, version or status',
      'day、hour、month、service、subscription、app、operation、version 或 status',
    ),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const query = new URLSearchParams()
    for (const name of ['tenant', 'service', 'from', 'to', 'by'] as const) {
      if (args[name] !== undefined) query.set(name, args[name])
    }
    // Of times their order is what is looked for, of others who used the most.
    if (!['day', 'hour', 'month'].includes(args.by ?? 'day')) query.set('order', 'calls')
    const shown = await client.request<Shown>('GET', `/v1/usage?${query}`)
    const gap = {
      en: 'between {from} and {to} calls without a price may be missing',
      'zh-CN': '{from} 至 {to} 之间可能缺少不计价的调用',
    }
    print(args.json, shown, [
      ...shown.items.map(({ key, calls }) => `${key}  ${calls}`),
      ...shown.gaps.map(({ from, to }) => say(gap, { from, to })),
    ])
  },
})

const statementCommand = defineCommand({
  meta: {
    name: 'statement',
    description: say({
      en: 'The statement of a month, of a tenant or a publisher',
      'zh-CN': '租户或发布者的月度账单',
    }),
  },
  args: {
    month: {
      type: 'positional',
      required: true,
      description: say({ en: '2026-06', 'zh-CN': '2026-06' }),
    },
    tenant: text('The tenant', '租户'),
    publisher: text('The publisher, instead of a tenant', '发布者（代替租户）'),
    format: text('json, csv or jws', 'json、csv 或 jws'),
    url: hostArguments.url,
    token: hostArguments.token,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const party =
      args.publisher === undefined
        ? `tenants/${encodeURIComponent(args.tenant ?? '')}`
        : `publishers/${encodeURIComponent(args.publisher)}`
    const query = args.format === undefined ? '' : `?format=${encodeURIComponent(args.format)}`
    const path = `/v1/${party}/statements/${encodeURIComponent(args.month)}${query}`
    // As the host gave it: its bytes are what was signed.
    process.stdout.write(`${await client.requestText('GET', path)}\n`)
  },
})

export const usageCommand = defineCommand({
  meta: {
    name: 'usage',
    description: say({ en: 'What was used, and what it comes to', 'zh-CN': '用量与账单' }),
  },
  subCommands: { show: showCommand, statement: statementCommand },
})
