import type { InputFault } from '../errors/coded-error.ts'
import type { Finding } from './finding.ts'
import { lineIn } from './package-view.ts'
import { defineRules } from './rule.ts'

/**
 * What no package may be, whoever brings it: the import process refuses it at a publish and at an installation.
 * Here are the words for what it finds.
 */
export const gateRules = defineRules({
  'manifest/invalid': {
    severity: 'error',
    message: {
      en: 'The manifest is not valid at {pointer}: {detail}.',
      'zh-CN': '清单在 {pointer} 处无效：{detail}。',
    },
    cure: {
      en: 'Correct it in package.json: sdk/docs/manifest.md has every property, and "$schema" makes an editor help.',
      'zh-CN':
        '请在 package.json 中更正：sdk/docs/manifest.md 列出了全部属性，"$schema" 可让编辑器提示。',
    },
  },
  'manifest/keyword': {
    severity: 'error',
    message: {
      en: 'The keywords of package.json lack "signalbox-plugin".',
      'zh-CN': 'package.json 的 keywords 缺少 "signalbox-plugin"。',
    },
    cure: {
      en: 'Add it: hosts and people find plugins by it.',
      'zh-CN': '请添加：主机和用户通过它查找插件。',
    },
  },
  'contract/invalid': {
    severity: 'error',
    message: {
      en: 'The contract or schema is not valid at {pointer}: {detail}.',
      'zh-CN': '契约或模式在 {pointer} 处无效：{detail}。',
    },
    cure: {
      en: 'Correct the file; an example must fit the schemas of its operation. See sdk/docs/contracts.md.',
      'zh-CN': '请更正该文件；示例必须符合其操作的模式。参见 sdk/docs/contracts.md。',
    },
  },
  'files/missing': {
    severity: 'error',
    message: {
      en: 'package.json {detail} (at {pointer}).',
      'zh-CN': 'package.json 所列文件不在包中（{pointer}）：{detail}。',
    },
    cure: {
      en: 'Create the file (for dist/ "signalbox pack" does), and list it, or its folder, under "files".',
      'zh-CN': '请创建该文件（dist/ 由 "signalbox pack" 生成），并将其或其目录列入 "files"。',
    },
  },
  'files/unusable': {
    severity: 'error',
    message: { en: 'The file {detail}.', 'zh-CN': '该文件无法使用：{detail}。' },
    cure: {
      en: 'Correct the file, or take it out of the manifest.',
      'zh-CN': '请更正该文件，或从清单中移除。',
    },
  },
  'files/install-scripts': {
    severity: 'error',
    message: {
      en: 'package.json has the script "{script}", which npm runs on the machine that installs.',
      'zh-CN': 'package.json 含有 "{script}" 脚本，npm 会在安装它的机器上运行。',
    },
    cure: {
      en: 'Remove it: code of a package runs in the sandbox only. What must happen before a publish belongs in "prepack".',
      'zh-CN': '请移除：包的代码只在沙箱中运行。发布前的步骤请放入 "prepack"。',
    },
  },
  'files/dependencies': {
    severity: 'error',
    message: {
      en: 'package.json lists "{key}", which npm would fetch beside the package.',
      'zh-CN': 'package.json 列有 "{key}"，npm 会另行下载这些依赖。',
    },
    cure: {
      en: 'Move them to devDependencies: "signalbox pack" puts what is used into the bundle.',
      'zh-CN': '请移到 devDependencies："signalbox pack" 会将用到的内容打入插件包。',
    },
  },
  'files/native': {
    severity: 'error',
    message: {
      en: 'The package holds native code, or has npm compile it: {what}.',
      'zh-CN': '软件包含有本机代码，或要求 npm 编译：{what}。',
    },
    cure: {
      en: 'Remove the file: a guest runs JavaScript and, with the capability "wasm", WebAssembly. Native modules need the tier trusted.',
      'zh-CN':
        '请移除该文件：插件只能运行 JavaScript，以及在具备 "wasm" 能力时运行 WebAssembly。本机模块需要 trusted 层级。',
    },
  },
  'migrations/names': {
    severity: 'error',
    message: {
      en: 'The migrations folder is not one a host can run: the file {detail}.',
      'zh-CN': '主机无法运行此迁移文件夹：{detail}。',
    },
    cure: {
      en: 'A step is NNNN-name.expand.sql with its NNNN-name.expand.down.sql, each number once; see sdk/docs/capabilities.md.',
      'zh-CN':
        '每一步由 NNNN-name.expand.sql 与 NNNN-name.expand.down.sql 组成，编号不得重复；参见 sdk/docs/capabilities.md。',
    },
  },
})

/** @param text of a file of the package, where there is one. */
export function gateFinding(
  { at: file = 'package.json', pointer, detail }: InputFault,
  text: (path: string) => string | undefined,
): Finding {
  const place = { file, line: lineIn(text(file), pointer) }
  const told = { pointer: pointer === '' ? '/' : pointer, detail }
  if (file === 'binding.gyp') return gateRules.find('files/native', place, { what: file })
  if (file.endsWith('.sql')) return gateRules.find('migrations/names', place, told)
  if (file !== 'package.json') {
    const isBroken = pointer === '' && /^(has |is not )/.test(detail)
    return gateRules.find(isBroken ? 'files/unusable' : 'contract/invalid', place, told)
  }
  const script = /^\/scripts\/(.+)$/.exec(pointer)?.[1]
  if (script !== undefined) return gateRules.find('files/install-scripts', place, { script })
  if (/^\/\w*[dD]ependencies$/.test(pointer)) {
    return gateRules.find('files/dependencies', place, { key: pointer.slice(1) })
  }
  if (pointer === '/keywords') return gateRules.find('manifest/keyword', place)
  if (/^names \S+, which/.test(detail)) return gateRules.find('files/missing', place, told)
  return gateRules.find('manifest/invalid', place, told)
}
