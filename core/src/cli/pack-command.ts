import { type DeclarativePlugin, type PackedPlugin, preparePlugin } from '@signalbox/sdk/pack'
import { defineCommand } from 'citty'
import { folderArgument } from './common-arguments.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { keyArgument, sign, signedText } from './sign-command.ts'

export const packCommand = defineCommand({
  meta: {
    name: 'pack',
    description: say({
      en: "Check a plugin and bundle its code; npm's prepack script calls it",
      'zh-CN': '检查插件并打包代码；由 npm 的 prepack 脚本调用',
    }),
  },
  args: {
    folder: folderArgument,
    previous: {
      type: 'string',
      description: say({
        en: 'The folder of the release before, unpacked: refuse what breaks its callers',
        'zh-CN': '上一发行版解包后的文件夹：拒绝会破坏其调用方的更改',
      }),
    },
    types: {
      type: 'boolean',
      description: say({
        en: 'Write src/signalbox.gen.ts, the types that definePlugin<Signalbox> is held to',
        'zh-CN': '写入 src/signalbox.gen.ts，即 definePlugin<Signalbox> 所遵循的类型',
      }),
    },
    sign: {
      type: 'boolean',
      description: say({
        en: 'Sign what npm would publish of it; publish with npm publish --ignore-scripts',
        'zh-CN': '对 npm 将发布的内容签名；请用 npm publish --ignore-scripts 发布',
      }),
    },
    key: keyArgument,
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    const { folder, previous, types } = args
    const packed = await preparePlugin(folder, { previous, types })
    // npm reads the standard output of prepack where it was asked for JSON; people read the standard error.
    const signed = args.sign === true ? await sign(folder, args.key) : undefined
    if (args.json === true) return print(true, { ...packed, signed: signed ?? null }, [])
    const lines =
      'tier' in packed ? [declarativeLine(packed)] : [bundleLine(packed), ...packed.warnings]
    if (signed !== undefined) lines.push(say(signedText, { ...signed }))
    process.stderr.write(`${lines.join('\n')}\n`)
  },
})

function bundleLine({ bundlePath, bytes }: PackedPlugin): string {
  const text = { en: '{bundlePath}: {bytes} bytes', 'zh-CN': '{bundlePath}：{bytes} 字节' }
  return say(text, { bundlePath, bytes })
}

function declarativeLine({ name, version }: DeclarativePlugin): string {
  const text = {
    en: '{name}@{version} is declarative: checked, and published as it is',
    'zh-CN': '{name}@{version} 为声明式插件：检查通过，将按原样发布',
  }
  return say(text, { name, version })
}
