import type { Finding } from './finding.ts'
import { gateRules } from './gate-rules.ts'
import type { PackageView } from './package-view.ts'
import { defineRules } from './rule.ts'

/** What lies in a package beside its code. */
export const fileRules = defineRules({
  'files/native-trusted': {
    severity: 'note',
    message: {
      en: 'Native code, which the tier trusted may have: {what}.',
      'zh-CN': '本机代码，trusted 层级允许：{what}。',
    },
    cure: {
      en: 'Nothing to do; a reviewer sees it. It runs with the rights of the plugin’s process and for one kind of machine.',
      'zh-CN': '无需处理；审核者会看到。它以插件进程的权限运行，且只适用于一种机器。',
    },
  },
  'files/unlisted-binary': {
    severity: 'error',
    message: {
      en: 'package.json has "bin": npm would put a program on the path of whoever installs.',
      'zh-CN': 'package.json 含有 "bin"：npm 会将程序放入安装者的路径。',
    },
    cure: {
      en: 'Remove "bin": a plugin is run by its host only. A program of the tier trusted is named under "resources".',
      'zh-CN': '请移除 "bin"：插件只由主机运行。trusted 层级的程序请列在 "resources" 中。',
    },
  },
  'files/archive': {
    severity: 'warning',
    message: {
      en: 'An archive that no check looks into.',
      'zh-CN': '该归档文件的内容不会被检查。',
    },
    cure: {
      en: 'Ship the files themselves, or leave it out of "files".',
      'zh-CN': '请直接提供其中的文件，或将其移出 "files"。',
    },
  },
  'files/private': {
    severity: 'error',
    message: {
      en: 'A file that is never meant for others: it holds settings or keys of the machine it was made on.',
      'zh-CN': '该文件不应提供给他人：它含有本机的设置或密钥。',
    },
    cure: {
      en: 'Leave it out: list under "files" only what the plugin needs. What was published before is known to others: replace it.',
      'zh-CN': '请排除该文件："files" 中只列出插件所需的内容。若曾发布过，请更换其中的密钥。',
    },
  },
})

/** The first bytes of programs: ELF, PE (MZ), Mach-O in both orders and widths, and a Mach-O for several machines. */
const magics: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['ELF', [0x7f, 0x45, 0x4c, 0x46]],
  ['PE', [0x4d, 0x5a, 0x90, 0x00]],
  ['Mach-O', [0xfe, 0xed, 0xfa, 0xce]],
  ['Mach-O', [0xfe, 0xed, 0xfa, 0xcf]],
  ['Mach-O', [0xce, 0xfa, 0xed, 0xfe]],
  ['Mach-O', [0xcf, 0xfa, 0xed, 0xfe]],
  ['Mach-O', [0xca, 0xfe, 0xba, 0xbe]],
]
const NATIVE_NAME = /\.(node|so(\.\d+)*|dll|dylib|exe|a|lib|o|obj)$/i
const ARCHIVE_NAME = /\.(zip|tgz|tar(\.\w+)?|gz|bz2|xz|7z|rar|jar|asar)$/i
const PRIVATE_NAME =
  /(^|\/)(\.npmrc|\.env(\.(?!example$|sample$|template$)[\w.-]+)?|\.netrc|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.signalbox\/.*)$/

export function checkFiles(view: PackageView): readonly Finding[] {
  const isTrusted = view.manifest?.runtime.tier === 'trusted'
  const findings = [...view.files].flatMap(([file, bytes]): Finding[] => {
    const native = nativeKind(file, bytes)
    if (native !== undefined) {
      const what = { what: native }
      return isTrusted
        ? [fileRules.find('files/native-trusted', { file }, what)]
        : [gateRules.find('files/native', { file }, what)]
    }
    if (PRIVATE_NAME.test(file)) return [fileRules.find('files/private', { file })]
    return ARCHIVE_NAME.test(file) ? [fileRules.find('files/archive', { file })] : []
  })
  const { bin, directories } = view.packageJson
  const hasFolder = typeof directories === 'object' && directories !== null && 'bin' in directories
  if (bin === undefined && !hasFolder) return findings
  const line = view.lineOf('package.json', bin === undefined ? '/directories/bin' : '/bin')
  return [...findings, fileRules.find('files/unlisted-binary', { file: 'package.json', line })]
}

function nativeKind(path: string, bytes: Uint8Array): string | undefined {
  const magic = magics.find(([, first]) => first.every((byte, at) => bytes[at] === byte))
  if (magic !== undefined) return `${path} (${magic[0]})`
  return NATIVE_NAME.test(path) ? path : undefined
}
