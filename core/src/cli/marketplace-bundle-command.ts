import { writeFile } from 'node:fs/promises'
import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { collectBundle } from './marketplace-bundle.ts'
import { readNamedFile } from './named-file.ts'
import { print } from './output.ts'

export const marketplaceBundleCommand = defineCommand({
  meta: {
    name: 'bundle',
    description: say({
      en: 'Put packages, what they require and the advisories into one signed file, for hosts without a network',
      'zh-CN': '将软件包、其依赖和安全公告打包为一个已签名文件，供离线主机使用',
    }),
  },
  args: {
    packages: {
      type: 'positional',
      required: true,
      description: say({
        en: 'name or name@version, several with commas; without one: latest',
        'zh-CN': '名称或 名称@版本，多个以逗号分隔；省略版本则为 latest',
      }),
    },
    out: {
      type: 'string',
      required: true,
      description: say({ en: 'The file to write', 'zh-CN': '输出文件' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const wanted = args.packages.split(',').map((one) => one.trim())
    const { bytes, versions, fingerprints } = await collectBundle(client, wanted)
    await writeFile(args.out, bytes)
    const shown = { file: args.out, bytes: bytes.length, versions, fingerprints }
    print(args.json, shown, [...versions, `${args.out}  ${bytes.length}`, ...fingerprints])
  },
})

export const marketplaceImportCommand = defineCommand({
  meta: {
    name: 'import',
    description: say({
      en: 'Take what a file of a marketplace holds, so that it can be installed',
      'zh-CN': '导入应用市场文件中的内容，以便安装',
    }),
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: say({
        en: "The marketplace's name on this host",
        'zh-CN': '应用市场在本机的名称',
      }),
    },
    file: {
      type: 'positional',
      required: true,
      description: say({ en: 'The file', 'zh-CN': '文件' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/marketplaces/${encodeURIComponent(args.name)}/bundles`
    const bytes = await readNamedFile(args.file, 'file')
    const text = await client.requestText('POST', path, bytes, 'application/octet-stream')
    const took = JSON.parse(text) as { taken: readonly string[]; known: readonly string[] }
    const known = took.known.map((one) => `${one}  ${say({ en: 'was here', 'zh-CN': '已存在' })}`)
    print(args.json, took, [...took.taken, ...known])
  },
})
