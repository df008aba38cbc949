import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { harmlessLine } from './harmless-text.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { SEVERAL } from './strict-arguments.ts'
import { inLanguage, type Texts } from './terms-lines.ts'

interface Found {
  readonly name: string
  readonly version: string
  readonly displayName: Texts
  readonly summary: Texts
  readonly category: string | null
  readonly tier: string
  readonly publisher: string
  readonly license: string | null
  readonly isDeprecated: boolean
  readonly advisories: number
}

type Text = Parameters<typeof say>[0]

const filters = {
  category: filter({ en: 'Only of this category', 'zh-CN': '仅此类别' }),
  tier: filter({
    en: 'declarative, sandbox or trusted',
    'zh-CN': 'declarative、sandbox 或 trusted',
  }),
  publisher: filter({ en: 'Only by this publisher', 'zh-CN': '仅此发布者' }),
  license: filter({ en: 'Only under this licence', 'zh-CN': '仅此许可证' }),
  capability: filter({
    en: 'Only what asks for it, such as http:fetch',
    'zh-CN': '仅申请此能力的插件，例如 http:fetch',
  }),
  keyword: filter({ en: 'Only with this keyword', 'zh-CN': '仅含此关键词' }),
  limit: {
    ...filter({ en: 'At most so many, 100 at most', 'zh-CN': '最多数量，上限 100' }),
    default: '20',
  },
} as const

export const searchCommand = defineCommand({
  meta: {
    name: 'search',
    description: say({
      en: 'Find plugins in the marketplace, those that run well for many tenants first',
      'zh-CN': '在应用市场中查找插件，被更多租户良好运行的在前',
    }),
  },
  args: {
    words: {
      type: 'positional',
      required: false,
      default: '',
      valueHint: SEVERAL,
      description: say({ en: 'Words in Chinese or English', 'zh-CN': '中文或英文关键词' }),
    },
    ...filters,
    compatible: {
      type: 'boolean',
      description: say({
        en: "Only what runs on this host's version",
        'zh-CN': '仅可在本机版本上运行的插件',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const query = new URLSearchParams({ q: [args.words, ...args._.slice(1)].join(' ').trim() })
    for (const name of Object.keys(filters) as (keyof typeof filters)[]) {
      const value = args[name]
      if (value !== undefined) query.set(name, value)
    }
    if (args.compatible === true) query.set('compatible', 'true')
    const found = await client.request<{ items: readonly Found[]; total: number }>(
      'GET',
      `/v1/marketplace/packages?${query}`,
    )
    const text = { en: '{shown} of {total}', 'zh-CN': '{shown} / {total}' }
    const count = say(text, { shown: found.items.length, total: found.total })
    print(args.json, found, [...found.items.map(lineOf), count])
  },
})

function filter(description: Text) {
  return { type: 'string', description: say(description) } as const
}

function lineOf(found: Found): string {
  const { name, version, displayName, summary, category, tier, publisher, license } = found
  const about = [category, tier, publisher, license].filter((one) => one !== null).join(', ')
  const warnings = [
    ...(found.isDeprecated ? [say({ en: 'deprecated', 'zh-CN': '已弃用' })] : []),
    ...(found.advisories === 0
      ? []
      : [
          say(
            { en: 'known weaknesses: {count}', 'zh-CN': '已知安全问题：{count}' },
            { count: found.advisories },
          ),
        ]),
  ]
  const shown = [`${name}@${version}`, inLanguage(displayName), `(${about})`, ...warnings].join(
    '  ',
  )
  return [harmlessLine(shown), `    ${harmlessLine(inLanguage(summary))}`].join('\n')
}
