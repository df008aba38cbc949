import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

interface Endpoint {
  readonly id: string
  readonly state: string
  readonly url: string
  readonly types: readonly string[]
}

interface Delivery {
  readonly id: string
  readonly type: string
  readonly key: string | null
  readonly state: string
  readonly attempts: number
  readonly last: { readonly code: string | null }
  readonly createdAt: string
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

const more = (next: string | undefined) =>
  next === undefined
    ? []
    : [say({ en: 'More: --cursor {next}', 'zh-CN': '更多：--cursor {next}' }, { next })]

const limitArgument = {
  type: 'string',
  description: say({ en: 'At most so many (50)', 'zh-CN': '最多条数（50）' }),
} as const
const cursorArgument = {
  type: 'string',
  description: say({ en: 'Where the last list ended', 'zh-CN': '上次列表的结尾' }),
} as const
const webhookArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The webhook, whe_…', 'zh-CN': 'Webhook，whe_…' }),
} as const

/** @returns '' or the query of what was given */
function queryOf(asked: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given as [string, string][]).toString()
  return query === '' ? '' : `?${query}`
}

const list = defineCommand({
  meta: {
    name: 'list',
    description: say({
      en: 'List webhooks that events are sent to',
      'zh-CN': '列出接收事件的 Webhook',
    }),
  },
  args: {
    tenant: {
      type: 'string',
      description: say({
        en: "The tenant; of the operator, without it the host's own",
        'zh-CN': '租户；运营者省略时为主机自身的',
      }),
    },
    limit: limitArgument,
    cursor: cursorArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { tenant, limit, cursor } = args
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/webhooks${queryOf({ tenant, limit, cursor })}`
    const page = await client.request<Page<Endpoint>>('GET', path)
    const lines = page.items.map(
      ({ id, state, url, types }) => `${id}  ${state}  ${url}  ${types.join(' ')}`,
    )
    print(args.json, page, [...lines, ...more(page.next)])
  },
})

const deliveries = defineCommand({
  meta: {
    name: 'deliveries',
    description: say({
      en: 'List what was sent to a webhook, newest first',
      'zh-CN': '列出发送到 Webhook 的投递，最新在前',
    }),
  },
  args: {
    webhook: webhookArgument,
    state: {
      type: 'string',
      description: say({ en: 'waiting, delivered or dead', 'zh-CN': 'waiting、delivered 或 dead' }),
    },
    type: { type: 'string', description: say({ en: 'Of this type', 'zh-CN': '事件类型' }) },
    limit: limitArgument,
    cursor: cursorArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { webhook, state, type, limit, cursor } = args
    const client = new HostClient(await connectionOf(args))
    const query = queryOf({ state, type, limit, cursor })
    const path = `/v1/webhooks/${encodeURIComponent(webhook)}/deliveries${query}`
    const page = await client.request<Page<Delivery>>('GET', path)
    const lines = page.items.map(({ id, createdAt, type: of, key, state: is, attempts, last }) =>
      [id, createdAt, of, key ?? '-', `${is} (${attempts})`, last.code ?? ''].join('  ').trimEnd(),
    )
    print(args.json, page, [...lines, ...more(page.next)])
  },
})

const replay = defineCommand({
  meta: {
    name: 'replay',
    description: say({
      en: 'Send one delivery again, or the dead ones of a time',
      'zh-CN': '重放单个投递，或某段时间内的失败投递',
    }),
  },
  args: {
    webhook: webhookArgument,
    delivery: {
      type: 'positional',
      required: false,
      description: say({ en: 'The delivery', 'zh-CN': '投递' }),
    },
    since: {
      type: 'string',
      description: say({
        en: 'Instead: all that were queued from this time on, such as 2026-01-31T08:00:00Z',
        'zh-CN': '或：自该时间起入队的全部，如 2026-01-31T08:00:00Z',
      }),
    },
    until: {
      type: 'string',
      description: say({ en: 'And before this one', 'zh-CN': '且早于该时间' }),
    },
    delivered: {
      type: 'boolean',
      description: say({ en: 'Those that arrived, too', 'zh-CN': '包括已送达的' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/webhooks/${encodeURIComponent(args.webhook)}/deliveries`
    if (args.delivery !== undefined) {
      const one = `${path}/${encodeURIComponent(args.delivery)}:replay`
      const answer = await client.request<{ delivery: string }>('POST', one)
      const text = {
        en: 'Delivery {delivery} waits again.',
        'zh-CN': '投递 {delivery} 已重新排队。',
      }
      print(args.json, answer, [say(text, answer)])
      return
    }
    const range = {
      ...(args.since === undefined ? {} : { since: args.since }),
      // One end for all pages: what is replayed and fails meanwhile is not of the range.
      until: args.until ?? new Date().toISOString(),
      ...(args.delivered === true ? { states: ['dead', 'delivered'] } : {}),
    }
    let [replayed, cursor] = [0, undefined as string | undefined]
    do {
      const wish = cursor === undefined ? range : { ...range, cursor }
      const page = await client.request<{ replayed: number; next?: string }>(
        'POST',
        `${path}:replay`,
        wish,
      )
      replayed += page.replayed
      cursor = page.next
    } while (cursor !== undefined)
    const text = { en: '{replayed} wait again.', 'zh-CN': '{replayed} 个已重新排队。' }
    print(args.json, { replayed }, [say(text, { replayed })])
  },
})

export const webhookCommand = defineCommand({
  meta: {
    name: 'webhook',
    description: say({
      en: 'Webhooks that events are sent to, and what became of it',
      'zh-CN': '接收事件的 Webhook 及其投递',
    }),
  },
  subCommands: { list, deliveries, replay },
})
