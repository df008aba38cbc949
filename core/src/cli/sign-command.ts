import { keyIdOf } from '@signalbox/sdk/trust/key-id'
import { defineCommand } from 'citty'
import { folderArgument } from './common-arguments.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { signFolder } from './sign-folder.ts'
import { makeSigningKey, readSigningKey, signingKeyPath } from './signing-key-file.ts'

/** Of commands that sign. */
export const keyArgument = {
  type: 'string',
  description: say({
    en: 'File of the private key; else SIGNALBOX_SIGNING_KEY, else ~/.config/signalbox/signing-key.pem',
    'zh-CN':
      '私钥文件；否则使用 SIGNALBOX_SIGNING_KEY，再否则使用 ~/.config/signalbox/signing-key.pem',
  }),
} as const

export const sign = async (folder: string, key: string | undefined) =>
  signFolder(folder, await readSigningKey(key), Date.now())

export const signedText = {
  en: '{name}@{version}: {files} files signed by {keyid}. Publish it as it is now: npm publish --ignore-scripts',
  'zh-CN':
    '{name}@{version}：已用 {keyid} 签署 {files} 个文件。请原样发布：npm publish --ignore-scripts',
}

export const signCommand = defineCommand({
  meta: {
    name: 'sign',
    description: say({
      en: 'Sign what npm would publish of a packed folder, into signalbox.sig',
      'zh-CN': '对已打包目录中 npm 将发布的内容签名，写入 signalbox.sig',
    }),
  },
  args: {
    folder: folderArgument,
    key: keyArgument,
    'new-key': {
      type: 'boolean',
      description: say({
        en: 'Make a key first, and only that',
        'zh-CN': '仅生成新密钥',
      }),
    },
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    if (args['new-key'] === true) {
      const file = args.key ?? signingKeyPath()
      const keyid = keyIdOf(await makeSigningKey(file, args.folder))
      const text = {
        en: 'The key {keyid} is in {file}. Register it: signalbox signing-key register --publisher <name>',
        'zh-CN':
          '密钥 {keyid} 已保存到 {file}。请登记：signalbox signing-key register --publisher <名称>',
      }
      return print(args.json, { keyid, file }, [say(text, { keyid, file })])
    }
    const signed = await sign(args.folder, args.key)
    print(args.json, signed, [say(signedText, { ...signed, files: String(signed.files) })])
  },
})
