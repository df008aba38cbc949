import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import type { ListedLine } from '../plugin-logs/plugin-log-store.ts'
import { hostArguments, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { logLine } from './plugin-log-line.ts'
import { parsePlugin } from './plugin-reference.ts'

/** As the console looks. */
const LOOK_EVERY_MS = 2000

/** As many as fit on a screen, unless said otherwise; the host gives no more than 200 at once. */
const LINES = '50'
const MAX_LINES = 200

interface Page {
  readonly items: readonly ListedLine[]
  readonly next?: string
}

export const logsCommand = defineCommand({
  meta: {
    name: 'logs',
    description: say({
      en: 'What a plugin logged in a tenant, by ctx.log; its admin reads it',
      'zh-CN': '插件在租户中通过 ctx.log 写入的日志；由租户管理员查看',
    }),
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: say({
        en: 'Name, or name@version for that version alone',
        'zh-CN': '名称；或 名称@版本，仅看该版本',
      }),
    },
    tenant: tenantArgument,
    level: {
      type: 'string',
      description: say({
        en: 'At least this level: debug, info, warn or error',
        'zh-CN': '最低级别：debug、info、warn 或 error',
      }),
    },
    search: {
      type: 'string',
      description: say({
        en: 'Only lines with these words, or of this trace id',
        'zh-CN': '仅含这些文字的行，或属于该 trace id 的行',
      }),
    },
    lines: {
      type: 'string',
      default: LINES,
      description: say({ en: 'The newest so many, up to 200', 'zh-CN': '最新的若干行，最多 200' }),
    },
    follow: {
      type: 'boolean',
      description: say({
        en: 'Go on with new lines as they come, until it is interrupted',
        'zh-CN': '持续输出新日志，直至中断',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { name, version } = parsePlugin(args.name)
    const path = `/v1/tenants/${encodeURIComponent(args.tenant)}/plugins/${encodeURIComponent(name)}/logs`
    const filter = { level: args.level, q: args.search, version }
    const read = (limit: string) => client.request<Page>('GET', `${path}?${queryOf(filter, limit)}`)
    if (args.follow === true) {
      await follow(() => read(String(MAX_LINES)), Number(args.lines), args.json)
      return
    }
    const page = await read(args.lines)
    const none = say({ en: 'There are no such lines.', 'zh-CN': '没有符合条件的日志。' })
    const lines = page.items.map(logLine).reverse()
    print(args.json, page, lines.length === 0 ? [none] : lines)
  },
})

/** Lines may be stored out of their order where nodes are many: what was not shown yet is shown when it is seen. */
async function follow(
  read: () => Promise<Page>,
  newest: number,
  isJson: boolean | undefined,
): Promise<void> {
  let shown: Set<string> | undefined
  for (;;) {
    const page = await read()
    const fresh = page.items.filter(({ sequence }) => shown?.has(sequence) !== true)
    // Of what stood there before, the newest; all of it counts as seen.
    const told = shown === undefined ? fresh.slice(0, newest) : fresh
    for (const line of told.toReversed()) print(isJson, line, [logLine(line)])
    const isCut =
      shown !== undefined &&
      shown.size > 0 &&
      fresh.length === page.items.length &&
      page.next !== undefined
    const many = {
      en: 'There were more lines than can be followed; the console and --search find them.',
      'zh-CN': '日志过多，未能全部跟随显示；可在控制台或用 --search 查找。',
    }
    if (isCut && isJson !== true) process.stderr.write(`${say(many)}\n`)
    const seen = fresh.map(({ sequence }) => sequence).reverse()
    shown = new Set([...(shown ?? [])].slice(-MAX_LINES).concat(seen))
    await delay(LOOK_EVERY_MS)
  }
}

function queryOf(filter: Readonly<Record<string, string | undefined>>, limit: string): string {
  const query = new URLSearchParams({ limit })
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined) query.set(name, value)
  return query.toString()
}
