import { defineCommand } from 'citty'
import { envArgument, hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print, printEnvironment } from './output.ts'

interface Issued {
  readonly id: string
  readonly key?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly old?: { readonly id: string; readonly expiresAt: string }
}

const subscriptionArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The subscription, sub_…', 'zh-CN': '订阅，sub_…' }),
} as const

const credentialArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The credential: its id', 'zh-CN': '凭据编号' }),
} as const

const issue = defineCommand({
  meta: {
    name: 'issue',
    description: say({
      en: 'Issue a key, or the id and secret of an OAuth client',
      'zh-CN': '签发密钥，或 OAuth 客户端编号与密钥',
    }),
  },
  args: {
    subscription: subscriptionArgument,
    oauth: {
      type: 'boolean',
      description: say({ en: 'An OAuth client', 'zh-CN': 'OAuth 客户端' }),
    },
    name: {
      type: 'string',
      description: say({ en: 'What people call it', 'zh-CN': '名称' }),
    },
    env: envArgument,
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const issued = await client.request<Issued>('POST', pathOf(args.subscription), {
      kind: args.oauth === true ? 'secret' : 'key',
      ...(args.name === undefined ? {} : { name: args.name }),
    })
    if (args.env === true) printEnvironment(variablesOf(issued))
    else print(args.json, issued, linesOf(issued))
  },
})

const rotate = defineCommand({
  meta: {
    name: 'rotate',
    description: say({
      en: 'Issue another; the old one ends after the overlap',
      'zh-CN': '签发新凭据；旧凭据在重叠期后失效',
    }),
  },
  args: {
    subscription: subscriptionArgument,
    credential: credentialArgument,
    overlap: {
      type: 'string',
      description: say({
        en: 'Seconds that both are good for (86400)',
        'zh-CN': '新旧并存的秒数（86400）',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `${pathOf(args.subscription)}/${encodeURIComponent(args.credential)}:rotate`
    const body = args.overlap === undefined ? {} : { overlapS: Number(args.overlap) }
    const issued = await client.request<Issued>('POST', path, body)
    print(args.json, issued, linesOf(issued))
  },
})

const revoke = defineCommand({
  meta: {
    name: 'revoke',
    description: say({ en: 'Revoke one at once', 'zh-CN': '立即吊销' }),
  },
  args: { subscription: subscriptionArgument, credential: credentialArgument, ...hostArguments },
  run: async ({ args }) => {
    const { credential } = args
    const client = new HostClient(await connectionOf(args))
    const path = `${pathOf(args.subscription)}/${encodeURIComponent(credential)}`
    await client.request('DELETE', path)
    const text = { en: '{credential} is revoked.', 'zh-CN': '{credential} 已吊销。' }
    print(args.json, { credential }, [say(text, { credential })])
  },
})

export const credentialCommand = defineCommand({
  meta: {
    name: 'credential',
    description: say({
      en: 'Keys and OAuth clients of apps',
      'zh-CN': '应用的密钥与 OAuth 客户端',
    }),
  },
  subCommands: { issue, rotate, revoke },
})

function pathOf(subscription: string): string {
  return `/v1/subscriptions/${encodeURIComponent(subscription)}/credentials`
}

function variablesOf({ key, clientId, clientSecret }: Issued): Record<string, string> {
  return key === undefined
    ? { SIGNALBOX_CLIENT_ID: clientId ?? '', SIGNALBOX_CLIENT_SECRET: clientSecret ?? '' }
    : { SIGNALBOX_KEY: key }
}

function linesOf({ key, clientId, clientSecret, old }: Issued): string[] {
  const shown =
    key === undefined
      ? say(
          {
            en: 'client_id {id}, and its secret, shown this once: {secret}',
            'zh-CN': 'client_id {id}，密钥（仅显示一次）：{secret}',
          },
          { id: clientId ?? '', secret: clientSecret ?? '' },
        )
      : say(
          { en: 'The key, shown this once: {key}', 'zh-CN': '密钥（仅显示一次）：{key}' },
          { key },
        )
  if (old === undefined) return [shown]
  const text = { en: '{id} is good until {until}.', 'zh-CN': '{id} 有效至 {until}。' }
  return [shown, say(text, { id: old.id, until: old.expiresAt })]
}
