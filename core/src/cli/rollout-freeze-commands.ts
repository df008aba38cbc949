import type { Localized } from '@signalbox/sdk/errors'
import { defineCommand } from 'citty'
import type { FreezeTime } from '../rollout/standstill/freezes.ts'
import { hostArguments, reasonArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'

interface Freeze {
  readonly name: string
  readonly plugin: string | null
  readonly time: FreezeTime
  readonly reason: Localized
  readonly isInForce: boolean
}

const nameArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'Name of the freeze', 'zh-CN': '冻结期名称' }),
} as const

/** `rollout freeze`: what a time is, the host judges. */
export const freezeCommand = defineCommand({
  meta: {
    name: 'freeze',
    description: say({
      en: 'Let no rollout start or go on in a time, once or every week',
      'zh-CN': '在指定时间内（一次或每周）不启动、不推进任何灰度发布',
    }),
  },
  args: {
    name: nameArgument,
    from: {
      type: 'string',
      required: true,
      description: say({
        en: '2026-02-14T00:00:00+08:00, or 18:00 with --days',
        'zh-CN': '2026-02-14T00:00:00+08:00；配合 --days 时为 18:00',
      }),
    },
    to: {
      type: 'string',
      required: true,
      description: say({ en: 'The same for its end', 'zh-CN': '结束时间，格式相同' }),
    },
    days: {
      type: 'string',
      description: say({
        en: 'Every week on these days: fri,sat',
        'zh-CN': '每周在这些日子生效：fri,sat',
      }),
    },
    'time-zone': {
      type: 'string',
      description: say({
        en: 'Of --days: Asia/Shanghai',
        'zh-CN': '--days 所用时区：Asia/Shanghai',
      }),
    },
    plugin: {
      type: 'string',
      description: say({
        en: 'Only of this plugin, else of all',
        'zh-CN': '仅限该插件；省略则为全部插件',
      }),
    },
    reason: { ...reasonArgument, required: true },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { name, from, to, days, plugin, reason } = args
    const zone = args['time-zone']
    const weekly = days === undefined ? {} : { days: days.split(','), timeZone: zone ?? 'UTC' }
    const client = new HostClient(await connectionOf(args))
    const freeze = await client.request<Freeze>('PUT', freezePath(name), {
      time: { ...weekly, from, to },
      reason,
      ...(plugin === undefined ? {} : { plugin }),
    })
    print(args.json, freeze, [freezeLine(freeze)])
  },
})

export const unfreezeCommand = defineCommand({
  meta: {
    name: 'unfreeze',
    description: say({ en: 'Take a freeze away', 'zh-CN': '删除冻结期' }),
  },
  args: { name: nameArgument, ...hostArguments },
  run: async ({ args }) => {
    const { name } = args
    const client = new HostClient(await connectionOf(args))
    await client.request('DELETE', freezePath(name))
    const text = { en: 'Freeze {name} is taken away.', 'zh-CN': '冻结期 {name} 已删除。' }
    print(args.json, { name }, [say(text, { name })])
  },
})

export const freezesCommand = defineCommand({
  meta: { name: 'freezes', description: say({ en: 'List freezes', 'zh-CN': '查看冻结期' }) },
  args: hostArguments,
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const found = await client.request<{ items: readonly Freeze[] }>('GET', '/v1/rollout-freezes')
    const none = say({ en: 'There are no freezes.', 'zh-CN': '没有冻结期。' })
    print(args.json, found, found.items.length === 0 ? [none] : found.items.map(freezeLine))
  },
})

interface Lockdown {
  readonly isOn: boolean
  readonly reason?: Localized
  readonly actor?: string
}

function lockdown(name: 'on' | 'off' | 'status', description: Localized) {
  const isChange = name !== 'status'
  return defineCommand({
    meta: { name, description: say(description) },
    args: { ...(isChange ? { reason: reasonArgument } : {}), ...hostArguments },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const reason = typeof args.reason === 'string' ? { reason: args.reason } : {}
      const path = '/v1/rollout-lockdown'
      const found = isChange
        ? await client.request<Lockdown>('PUT', path, { isOn: name === 'on', ...reason })
        : await client.request<Lockdown>('GET', path)
      print(args.json, found, [lockdownLine(found)])
    },
  })
}

export const lockdownCommand = defineCommand({
  meta: {
    name: 'lockdown',
    description: say({
      en: 'Let nothing be started, go on or be promoted; to go back stays allowed',
      'zh-CN': '全面锁定：不启动、不推进、不转正；回退仍然允许',
    }),
  },
  subCommands: {
    on: lockdown('on', { en: 'Begin it', 'zh-CN': '开始锁定' }),
    off: lockdown('off', { en: 'End it', 'zh-CN': '解除锁定' }),
    status: lockdown('status', {
      en: 'Whether it is on, and why',
      'zh-CN': '是否处于锁定及原因',
    }),
  },
})

function freezePath(name: string): string {
  return `/v1/rollout-freezes/${encodeURIComponent(name)}`
}

function freezeLine({ name, plugin, time, reason, isInForce }: Freeze): string {
  const days = 'days' in time ? `${time.days.join(',')} ${time.timeZone} ` : ''
  const text = {
    en: '{name} · {state} · {plugin} · {time} · {reason}',
    'zh-CN': '{name} · {state} · {plugin} · {time} · {reason}',
  }
  const inForce = say({ en: 'in force now', 'zh-CN': '当前生效' })
  const notNow = say({ en: 'not now', 'zh-CN': '当前未生效' })
  return say(text, {
    name,
    state: isInForce ? inForce : notNow,
    plugin: plugin ?? say({ en: 'all plugins', 'zh-CN': '全部插件' }),
    time: `${days}${time.from} – ${time.to}`,
    reason: reason[terminalLanguage()],
  })
}

function lockdownLine({ isOn, reason, actor }: Lockdown): string {
  if (!isOn) return say({ en: 'No lockdown is in force.', 'zh-CN': '当前未处于全面锁定。' })
  const text = {
    en: 'Locked down by {actor}: {reason}',
    'zh-CN': '已由 {actor} 全面锁定：{reason}',
  }
  return say(text, { actor: actor ?? '', reason: reason?.[terminalLanguage()] ?? '' })
}
