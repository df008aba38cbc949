import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { parsePlugin } from './plugin-reference.ts'

function withdrawing(name: string, description: { en: string; 'zh-CN': string }) {
  return defineCommand({
    meta: { name, description: say(description) },
    args: {
      package: {
        type: 'positional',
        required: true,
        description: say({ en: 'name@version', 'zh-CN': '名称@版本' }),
      },
      reason: {
        type: 'string',
        required: true,
        description: say({
          en: 'Told to everyone who asks for the version',
          'zh-CN': '向每个请求该版本的人说明的原因',
        }),
      },
      ...hostArguments,
    },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const { name: of, version = '' } = parsePlugin(args.package)
      const path = `/v1/marketplace/packages/${encodeURIComponent(of)}/versions/${encodeURIComponent(version)}/${name}`
      const after = await client.request<{ name: string; version: string; state: string }>(
        'POST',
        path,
        { reason: args.reason },
      )
      const text = {
        en: '{name}@{version} is {state}.',
        'zh-CN': '{name}@{version} 现为 {state}。',
      }
      print(args.json, after, [say(text, after)])
    },
  })
}

export const packageCommand = defineCommand({
  meta: {
    name: 'package',
    description: say({ en: 'Versions in the marketplace', 'zh-CN': '应用市场中的版本' }),
  },
  subCommands: {
    yank: withdrawing('yank', {
      en: 'Nobody installs the version any more; who runs it goes on',
      'zh-CN': '不再允许新安装该版本；已运行的不受影响',
    }),
    unyank: withdrawing('unyank', { en: 'Let it be installed again', 'zh-CN': '恢复安装' }),
    block: withdrawing('block', {
      en: 'As the operator: every host stops the version at once',
      'zh-CN': '运维人员：所有主机立即停止该版本',
    }),
    unblock: withdrawing('unblock', {
      en: 'As the operator: hosts run it again; it stays yanked',
      'zh-CN': '运维人员：主机恢复运行该版本；其仍处于撤回状态',
    }),
  },
})
