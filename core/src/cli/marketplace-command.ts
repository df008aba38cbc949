import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { marketplaceBundleCommand, marketplaceImportCommand } from './marketplace-bundle-command.ts'
import { print } from './output.ts'

interface Marketplace {
  readonly name: string
  readonly url: string | null
  readonly state: string
  readonly fingerprint: string | null
  readonly scopes: readonly string[]
  readonly allow: readonly string[]
  readonly minimumAgeHours: number
  readonly failingSince: string | null
  readonly failure: string | null
}

interface Detailed extends Marketplace {
  readonly keys: readonly { readonly fingerprint: string; readonly isConfirmed: boolean }[]
}

type Text = Parameters<typeof say>[0]

const nameArgument = positional({
  en: "The marketplace's name on this host",
  'zh-CN': '应用市场在本机的名称',
})
const scopeArgument = positional({ en: 'Such as @acme', 'zh-CN': '例如 @acme' })

const termArguments = {
  allow: {
    type: 'string',
    description: say({
      en: 'Names that may be taken, with commas, or beginnings that end in *; "" for all of its scopes',
      'zh-CN': '允许获取的名称，以逗号分隔，或以 * 结尾的前缀；"" 表示其 scope 下的全部',
    }),
  },
  'minimum-age': {
    type: 'string',
    description: say({
      en: 'Hours that a version must have been out before it may be taken',
      'zh-CN': '版本发布多少小时后才可获取',
    }),
  },
  'token-env': {
    type: 'string',
    description: say({
      en: 'Environment variable with the token that it is asked with',
      'zh-CN': '保存访问令牌的环境变量名',
    }),
  },
} as const

interface Terms {
  readonly allow?: string | undefined
  readonly 'minimum-age'?: string | undefined
  readonly 'token-env'?: string | undefined
}

const list = defineCommand({
  meta: meta('list', { en: 'Marketplaces that plugins are taken from', 'zh-CN': '列出应用市场' }),
  args: hostArguments,
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const page = await client.request<{ items: readonly Marketplace[] }>(
      'GET',
      '/v1/marketplaces?limit=200',
    )
    print(args.json, page, page.items.map(lineOf))
  },
})

const add = defineCommand({
  meta: meta('add', {
    en: 'Learn the keys of another marketplace, to compare and confirm them',
    'zh-CN': '获取另一个应用市场的密钥，以便核对并确认',
  }),
  args: {
    name: nameArgument,
    registry: {
      type: 'positional',
      required: false,
      description: say({
        en: 'Its registry, such as https://plugins.example.com/npm; left out: it is reached by files alone',
        'zh-CN': '其注册表，例如 https://plugins.example.com/npm；省略表示仅通过文件',
      }),
    },
    ...termArguments,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const body = { name: args.name, url: args.registry ?? null, ...termsOf(args) }
    const made = await client.request<Detailed>('POST', '/v1/marketplaces', body)
    const next = say(
      {
        en: 'Compare the fingerprints with who runs it, then: signalbox marketplace confirm {name} FINGERPRINT',
        'zh-CN': '请与其运营者核对指纹，然后执行：signalbox marketplace confirm {name} FINGERPRINT',
      },
      { name: made.name },
    )
    print(args.json, made, [...detailLines(made), next])
  },
})

const confirm = defineCommand({
  meta: meta('confirm', {
    en: 'Believe a key whose fingerprint was compared, and those that follow from it',
    'zh-CN': '信任已核对指纹的密钥及其后继密钥',
  }),
  args: {
    name: nameArgument,
    fingerprint: positional({
      en: 'SHA256:…, several with commas',
      'zh-CN': 'SHA256:…，多个以逗号分隔',
    }),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const body = { fingerprints: listOf(args.fingerprint) }
    await shown(args, 'PUT', `${pathOf(args.name)}/keys`, body)
  },
})

const set = defineCommand({
  meta: meta('set', {
    en: 'Change what may be taken from a marketplace, and how it is reached',
    'zh-CN': '更改可获取的内容及访问方式',
  }),
  args: {
    name: nameArgument,
    registry: { type: 'string', description: say({ en: 'Its address', 'zh-CN': '地址' }) },
    ...termArguments,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const url = args.registry === undefined ? {} : { url: args.registry }
    await shown(args, 'PATCH', pathOf(args.name), { ...url, ...termsOf(args) })
  },
})

const mirror = defineCommand({
  meta: meta('mirror', {
    en: 'Take a version, so that it is here when they are away',
    'zh-CN': '获取一个版本，使其在对方不可用时仍在本机',
  }),
  args: {
    name: nameArgument,
    package: positional({ en: 'The package', 'zh-CN': '软件包' }),
    version: positional({ en: 'The version', 'zh-CN': '版本' }),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const body = { package: args.package, version: args.version }
    const taken = await client.request<object>('POST', `${pathOf(args.name)}/mirrors`, body)
    print(args.json, taken, [`${args.package}@${args.version}  ${args.name}`])
  },
})

const accept = defineCommand({
  meta: meta('accept', {
    en: 'Let a plugin be updated from another marketplace than it came from',
    'zh-CN': '允许插件从另一个应用市场更新',
  }),
  args: {
    plugin: positional({ en: 'The plugin', 'zh-CN': '插件' }),
    fingerprint: positional({
      en: 'What the other marketplace is called by: see show',
      'zh-CN': '另一个应用市场的标识，见 show',
    }),
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { plugin, fingerprint } = args
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/plugins/${encodeURIComponent(plugin)}/marketplace`
    await client.request('PUT', path, { fingerprint })
    print(args.json, { plugin, fingerprint }, [`${plugin}  ${fingerprint}`])
  },
})

const remove = defineCommand({
  meta: meta('remove', {
    en: 'Take nothing from a marketplace any more; what is installed goes on',
    'zh-CN': '不再从应用市场获取；已安装的继续运行',
  }),
  args: { name: nameArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    await client.request('DELETE', pathOf(args.name))
    print(args.json, { name: args.name }, [args.name])
  },
})

const unbind = defineCommand({
  meta: meta('unbind', {
    en: 'Nothing of the scope is installed anew',
    'zh-CN': '不再新安装该 scope 的插件',
  }),
  args: { name: nameArgument, scope: scopeArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    await client.request('DELETE', `${pathOf(args.name)}/scopes/${encodeURIComponent(args.scope)}`)
    await shown(args, 'GET', pathOf(args.name))
  },
})

const bind = defineCommand({
  meta: meta('bind', {
    en: 'Names of the scope come from this marketplace and from nowhere else',
    'zh-CN': '该 scope 的名称只来自此应用市场',
  }),
  args: { name: nameArgument, scope: scopeArgument, ...hostArguments },
  run: ({ args }) =>
    shown(args, 'PUT', `${pathOf(args.name)}/scopes/${encodeURIComponent(args.scope)}`),
})

export const marketplaceCommand = defineCommand({
  meta: meta('marketplace', {
    en: 'Other marketplaces that plugins are taken from',
    'zh-CN': '插件来源的其他应用市场',
  }),
  subCommands: {
    list,
    show: saying('show', 'GET', '', {
      en: 'A marketplace, its scopes and its keys',
      'zh-CN': '应用市场及其 scope 与密钥',
    }),
    add,
    confirm,
    set,
    bind,
    unbind,
    mirror,
    accept,
    pause: saying('pause', 'POST', '/pause', {
      en: 'Take nothing from it for now',
      'zh-CN': '暂停获取',
    }),
    resume: saying('resume', 'POST', '/resume', { en: 'Take from it again', 'zh-CN': '恢复获取' }),
    sync: saying('sync', 'POST', '/sync', {
      en: 'Ask it now what it yanked, blocked and warns of, and take what automatic updates wait for',
      'zh-CN': '立即查询其撤回、封禁和安全公告，并获取自动更新所需的版本',
    }),
    remove,
    bundle: marketplaceBundleCommand,
    import: marketplaceImportCommand,
  },
})

function saying(name: string, method: string, path: string, description: Text) {
  return defineCommand({
    meta: meta(name, description),
    args: { name: nameArgument, ...hostArguments },
    run: ({ args }) => shown(args, method, `${pathOf(args.name)}${path}`),
  })
}

async function shown(
  args: Parameters<typeof connectionOf>[0] & { readonly json?: boolean | undefined },
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  const client = new HostClient(await connectionOf(args))
  const marketplace = await client.request<Detailed>(method, path, body)
  print(args.json, marketplace, detailLines(marketplace))
}

function termsOf({ allow, 'minimum-age': age, 'token-env': variable }: Terms) {
  return {
    ...(allow === undefined ? {} : { allow: listOf(allow) }),
    ...(age === undefined ? {} : { minimumAgeHours: Number(age) }),
    // Not as a flag: arguments are seen by everybody on the machine.
    ...(variable === undefined ? {} : { token: process.env[variable] ?? '' }),
  }
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function lineOf({ name, state, url, scopes, failure }: Marketplace): string {
  const where = url ?? say({ en: 'by file', 'zh-CN': '通过文件' })
  return [name, state, where, scopes.join(' '), failure ?? ''].join('  ').trimEnd()
}

function detailLines(one: Detailed): readonly string[] {
  const { fingerprint, allow, minimumAgeHours, failingSince, keys } = one
  const words = { fingerprint, allow: allow.join(' '), hours: minimumAgeHours, failingSince }
  const marks = [
    say({ en: '[ ] compare', 'zh-CN': '[ ] 待核对' }),
    say({ en: '[x] confirmed', 'zh-CN': '[x] 已确认' }),
  ]
  return [
    lineOf(one),
    ...Object.entries(words)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `  ${name}: ${value}`),
    ...keys.map((key) => `  ${key.fingerprint}  ${marks[Number(key.isConfirmed)]}`),
  ]
}

function pathOf(name: string): string {
  return `/v1/marketplaces/${encodeURIComponent(name)}`
}

function positional(description: Text) {
  return { type: 'positional', required: true, description: say(description) } as const
}

function meta(name: string, description: Text) {
  return { name, description: say(description) }
}
