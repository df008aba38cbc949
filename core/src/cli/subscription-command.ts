import { defineCommand } from 'citty'
import { hostArguments, reasonArgument, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

interface Subscription {
  readonly id: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly wantedPlan: string | null
  readonly state: string
  readonly expiresAt: string | null
}

const idArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The subscription, sub_…', 'zh-CN': '订阅，sub_…' }),
} as const

const untilArgument = {
  type: 'string',
  description: say({
    en: 'When it ends: 2027-01-01T00:00:00Z',
    'zh-CN': '到期时间：2027-01-01T00:00:00Z',
  }),
} as const

function list(path: string, description: { en: string; 'zh-CN': string }) {
  return defineCommand({
    meta: { description: say(description) },
    args: { tenant: { ...tenantArgument, required: false }, ...hostArguments },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const query = args.tenant === undefined ? '' : `&tenant=${encodeURIComponent(args.tenant)}`
      const found = await client.request<{ items: readonly Subscription[] }>(
        'GET',
        `${path}?limit=200${query}`,
      )
      const none = say({ en: 'There are none.', 'zh-CN': '没有。' })
      print(args.json, found, found.items.length === 0 ? [none] : found.items.map(lineOf))
    },
  })
}

type Command = 'approve' | 'reject' | 'suspend' | 'resume' | 'cancel' | 'renew' | 'change-plan'

/** One command of the host's table, with what it may be given. */
function command(name: Command, description: { en: string; 'zh-CN': string }) {
  return defineCommand({
    meta: { name, description: say(description) },
    args: {
      id: idArgument,
      reason: reasonArgument,
      ...(name === 'renew' || name === 'approve' ? { until: untilArgument } : {}),
      ...(name === 'change-plan'
        ? { plan: { type: 'string', required: true, description: planText } as const }
        : {}),
      ...hostArguments,
    },
    run: async ({ args }) => {
      const given: Readonly<Record<string, unknown>> = args
      const body = {
        ...(typeof given.reason === 'string' ? { reason: given.reason } : {}),
        ...(typeof given.until === 'string' ? { expiresAt: given.until } : {}),
        ...(typeof given.plan === 'string' ? { plan: given.plan } : {}),
      }
      const client = new HostClient(await connectionOf(args))
      const path = `/v1/subscriptions/${encodeURIComponent(args.id)}:${name}`
      const row = await client.request<Subscription>('POST', path, body)
      print(args.json, row, [lineOf(row)])
    },
  })
}

const planText = say({ en: 'The plan', 'zh-CN': '方案' })

export const subscriptionCommand = defineCommand({
  meta: {
    name: 'subscription',
    description: say({ en: 'The life of subscriptions', 'zh-CN': '订阅的生命周期' }),
  },
  subCommands: {
    list: list('/v1/subscriptions', {
      en: "List a tenant's subscriptions",
      'zh-CN': '列出租户的订阅',
    }),
    requests: list('/v1/subscription-requests', {
      en: "List what waits for an owner's word",
      'zh-CN': '列出等待所有者决定的申请',
    }),
    approve: command('approve', { en: 'Approve what was asked for', 'zh-CN': '批准申请' }),
    reject: command('reject', { en: 'Reject it, with a reason', 'zh-CN': '拒绝申请并说明原因' }),
    suspend: command('suspend', { en: 'Stop it for now', 'zh-CN': '暂停' }),
    resume: command('resume', { en: 'Let it go on', 'zh-CN': '恢复' }),
    renew: command('renew', { en: 'Set another end, or none', 'zh-CN': '续期或取消到期时间' }),
    'change-plan': command('change-plan', {
      en: 'Take another plan, or the newest terms of its own',
      'zh-CN': '更换方案，或采用原方案的最新条款',
    }),
    cancel: command('cancel', { en: 'End it for good', 'zh-CN': '永久取消' }),
  },
})

function lineOf({ id, app, service, major, plan, wantedPlan, state, expiresAt }: Subscription) {
  const text = {
    en: '{id} · {state} · {app} · {service} · {plan} · until {until}',
    'zh-CN': '{id} · {state} · {app} · {service} · {plan} · 至 {until}',
  }
  return say(text, {
    id,
    state,
    app,
    service: `${service}@${major}`,
    plan: wantedPlan === null ? plan : `${plan} → ${wantedPlan}?`,
    until: expiresAt ?? '∞',
  })
}
