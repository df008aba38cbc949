import { text as readAll } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import { coreErrors } from '../../errors.ts'
import { hostArguments } from '../common-arguments.ts'
import { connectionOf, HostClient, HostRefusal } from '../host-client.ts'
import { say } from '../language.ts'
import { print } from '../output.ts'
import { credentialsPath, forgetToken, keepToken } from './credentials-file.ts'
import { readHidden } from './read-hidden.ts'
import { webLogin } from './web-login.ts'

export const loginCommand = defineCommand({
  meta: {
    name: 'login',
    description: say({
      en: 'Keep a token for a host, for the commands that need one',
      'zh-CN': '保存某台主机的令牌，供其他命令使用',
    }),
  },
  args: {
    url: hostArguments.url,
    web: {
      type: 'boolean',
      description: say({
        en: 'As a publisher, by a browser, as npm login does',
        'zh-CN': '以发布者身份通过浏览器登录（与 npm login 相同）',
      }),
    },
    json: hostArguments.json,
  },
  run: async ({ args }) => {
    const { url } = await connectionOf({ url: args.url, token: '-' })
    const token = args.web === true ? await byBrowser(url) : await askToken()
    if (args.web !== true) await requireKnown(url, token)
    const file = credentialsPath(process.env)
    await keepToken(file, url, token)
    const text = {
      en: 'The token for {url} is kept in {file}.',
      'zh-CN': '{url} 的令牌已保存到 {file}。',
    }
    print(args.json, { url, file }, [say(text, { url, file })])
  },
})

export const logoutCommand = defineCommand({
  meta: {
    name: 'logout',
    description: say({
      en: 'Forget the token for a host; it stays valid until it is revoked there',
      'zh-CN': '删除本机保存的主机令牌；在主机上撤销之前仍然有效',
    }),
  },
  args: { url: hostArguments.url, json: hostArguments.json },
  run: async ({ args }) => {
    const { url } = await connectionOf({ url: args.url, token: '-' })
    const isForgotten = await forgetToken(credentialsPath(process.env), url)
    const text = isForgotten
      ? { en: 'The token for {url} is forgotten.', 'zh-CN': '已删除 {url} 的令牌。' }
      : { en: 'No token for {url} is kept.', 'zh-CN': '未保存 {url} 的令牌。' }
    print(args.json, { url, isForgotten }, [say(text, { url })])
  },
})

/** The address goes to the standard error: the output is for machines where JSON was asked for. */
function byBrowser(url: string): Promise<string> {
  const show = (loginUrl: string) => {
    const text = {
      en: 'Open this address, and confirm: {loginUrl}',
      'zh-CN': '请打开以下地址并确认：{loginUrl}',
    }
    process.stderr.write(`${say(text, { loginUrl })}\n`)
  }
  return webLogin(url, { show, now: Date.now, sleep: delay })
}

/** From the terminal, unseen, or from what is piped in: an argument would be seen by every user of the machine. */
async function askToken(): Promise<string> {
  const question = say({ en: 'Token: ', 'zh-CN': '令牌：' })
  const token = (await (process.stdin.isTTY ? readHidden(question) : readAll(process.stdin))).trim()
  if (/^\S{8,4096}$/.test(token)) return token
  const reason = 'it is empty, or no token: paste one, or pipe it in'
  throw coreErrors.create('ARGUMENT_INVALID', { name: 'token', reason })
}

/** What the host does not know is not kept. What its owner may not do here says that he is known. */
async function requireKnown(url: string, token: string): Promise<void> {
  try {
    await new HostClient({ url, token }).request('GET', '/v1/plugins?limit=1')
  } catch (error) {
    if (error instanceof HostRefusal && error.problem.status === 403) return
    throw error
  }
}
