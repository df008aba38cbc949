import { defineCommand } from 'citty'
import { hostArguments } from '../common-arguments.ts'
import { connectionOf, HostClient } from '../host-client.ts'
import { say } from '../language.ts'
import { readNamedFile } from '../named-file.ts'
import { print } from '../output.ts'
import { type VerifiedPackage, verifyBundleFile, verifyTarball } from './verify-package.ts'

/** Of gzip, RFC 1952 section 2.3.1: npm's tarballs have it, bundles do not. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

export const verifyCommand = defineCommand({
  meta: {
    name: 'verify',
    description: say({
      en: 'Verify each link of a package (.tgz), beside what its marketplace says of it, or of a bundle, without a network',
      'zh-CN': '逐项验证软件包（.tgz，对照其应用市场的声明）或离线包（无需网络）的签名链',
    }),
  },
  args: {
    file: {
      type: 'positional',
      required: true,
      description: say({ en: 'The .tgz or the bundle', 'zh-CN': '.tgz 文件或离线包' }),
    },
    fingerprint: {
      type: 'string',
      required: true,
      description: say({
        en: "Of the marketplace's key, as its operator told you; several with commas",
        'zh-CN': '应用市场密钥的指纹，由其运营者告知；多个以逗号分隔',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const bytes = await readNamedFile(args.file, 'file')
    const pinned = new Set(args.fingerprint.split(',').map((one) => one.trim()))
    const verified = bytes.subarray(0, 2).equals(GZIP_MAGIC)
      ? [await verifyTarball(new HostClient(await connectionOf(args)), bytes, pinned)]
      : await verifyBundleFile(bytes, pinned)
    print(args.json, { verified }, verified.flatMap(linesOf))
  },
})

function linesOf(one: VerifiedPackage): readonly string[] {
  const { name, version, integrity, registryKey, publisher, authorKey, files, approvedBy } = one
  const registry = say(
    {
      en: '  registry  {registryKey}: published by {publisher} at {at}',
      'zh-CN': '  注册表    {registryKey}：由 {publisher} 于 {at} 发布',
    },
    { registryKey, publisher, at: one.publishedAt.toISOString() },
  )
  const review = say(
    { en: '  review    approved by {people}', 'zh-CN': '  评审      由 {people} 批准' },
    { people: approvedBy.join(', ') },
  )
  const author =
    authorKey === null
      ? say({ en: '  author    has not signed', 'zh-CN': '  作者      未签名' })
      : say(
          {
            en: '  author    {authorKey}: all {files} files',
            'zh-CN': '  作者      {authorKey}：全部 {files} 个文件',
          },
          { authorKey, files: String(files) },
        )
  return [
    `${name}@${version}  ${integrity}`,
    registry,
    ...(approvedBy.length === 0 ? [] : [review]),
    author,
  ]
}
