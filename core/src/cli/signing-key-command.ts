import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { endorseKey } from '@signalbox/sdk/trust/key-succession'
import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { keyArgument } from './sign-command.ts'
import { readSigningKey } from './signing-key-file.ts'

const publisherArgument = {
  type: 'string',
  required: true,
  description: say({ en: 'Whose keys', 'zh-CN': '发布者' }),
} as const

const pathOf = (publisher: string) =>
  `/v1/marketplace/publishers/${encodeURIComponent(publisher)}/keys`

interface ShownKey {
  readonly keyid: string
  readonly notBefore: string
  readonly notAfter: string | null
  readonly revokedAt: string | null
}

const register = defineCommand({
  meta: {
    name: 'register',
    description: say({
      en: 'Register the public half of a key, with the token of its publisher or of the operator',
      'zh-CN': '登记密钥的公钥，使用发布者或运营者的令牌',
    }),
  },
  args: {
    publisher: publisherArgument,
    key: keyArgument,
    replaces: {
      type: 'string',
      description: say({
        en: 'File of a registered private key that vouches for this one',
        'zh-CN': '为其背书的已登记私钥文件',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const publicKey = publicKeyText(await readSigningKey(args.key))
    const older = args.replaces === undefined ? undefined : await readSigningKey(args.replaces)
    const endorsement =
      older === undefined ? {} : { endorsement: endorseKey(publicKey, Date.now(), older) }
    const body = { publicKey, ...endorsement }
    const made = await client.request<ShownKey>('POST', pathOf(args.publisher), body)
    const text = {
      en: '{publisher} signs by {keyid} from now on.',
      'zh-CN': '{publisher} 现在使用密钥 {keyid} 签名。',
    }
    print(args.json, made, [say(text, { publisher: args.publisher, keyid: made.keyid })])
  },
})

const list = defineCommand({
  meta: { name: 'list', description: say({ en: 'List keys', 'zh-CN': '列出密钥' }) },
  args: { publisher: publisherArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { items } = await client.request<{ items: ShownKey[] }>('GET', pathOf(args.publisher))
    const text = {
      en: '{keyid} from {notBefore} {end}',
      'zh-CN': '{keyid} 自 {notBefore} 起 {end}',
    }
    const lines = items.map(({ keyid, notBefore, notAfter, revokedAt }) => {
      const ends = revokedAt === null ? (notAfter ?? '') : `revoked ${revokedAt}`
      return say(text, { keyid, notBefore, end: ends }).trimEnd()
    })
    print(args.json, items, lines)
  },
})

const revoke = defineCommand({
  meta: {
    name: 'revoke',
    description: say({
      en: 'Revoke a key: the marketplace refuses what it signs from then on',
      'zh-CN': '吊销密钥：此后应用市场拒绝其签名',
    }),
  },
  args: {
    keyid: { type: 'positional', required: true, description: 'SHA256:…' },
    publisher: publisherArgument,
    since: {
      type: 'string',
      description: say({
        en: 'When it may have been stolen (RFC 3339); left out: now',
        'zh-CN': '可能被盗的时间（RFC 3339）；缺省为现在',
      }),
    },
    reason: { type: 'string', description: say({ en: 'Why', 'zh-CN': '原因' }) },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `${pathOf(args.publisher)}/${encodeURIComponent(args.keyid)}/revocation`
    const { since, reason, keyid } = args
    await client.request('POST', path, {
      ...(since === undefined ? {} : { since }),
      ...(reason === undefined ? {} : { reason }),
    })
    const text = { en: '{keyid} is revoked.', 'zh-CN': '{keyid} 已吊销。' }
    print(args.json, { keyid }, [say(text, { keyid })])
  },
})

export const signingKeyCommand = defineCommand({
  meta: {
    name: 'signing-key',
    description: say({ en: 'Keys that publishers sign by', 'zh-CN': '发布者的签名密钥' }),
  },
  subCommands: { register, list, revoke },
})
