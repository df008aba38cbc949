import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

const rewrap = defineCommand({
  meta: {
    name: 'rewrap',
    description: say({
      en: "Put all data keys of tenants under the newest key of the host's key file",
      'zh-CN': '用主机密钥文件中最新的密钥重新封装所有租户数据密钥',
    }),
  },
  args: hostArguments,
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const done = await client.request<{ rewrapped: number; hostKey: string }>(
      'POST',
      '/v1/secrets:rewrap',
    )
    const text = {
      en: '{rewrapped} data keys were put under {hostKey}; older keys may leave the key file now.',
      'zh-CN': '已将 {rewrapped} 个数据密钥改由 {hostKey} 封装；旧密钥现在可从密钥文件中移除。',
    }
    print(args.json, done, [say(text, { ...done })])
  },
})

export const secretsCommand = defineCommand({
  meta: {
    name: 'secrets',
    description: say({ en: 'Secrets of plugins', 'zh-CN': '插件密钥' }),
  },
  subCommands: { rewrap },
})
