import type { Finding } from './finding.ts'
import type { PackageView } from './package-view.ts'
import { MAX_PICTURE_BYTES, pictureType } from './picture.ts'
import { defineRules } from './rule.ts'
import { MAX_SHOWN_TEXT, shownTextKind } from './shown-texts.ts'

/** What a person needs before trusting a plugin with data. */
export const docsRules = defineRules({
  'docs/readme': {
    severity: 'warning',
    message: { en: 'There is no README.md.', 'zh-CN': '没有 README.md。' },
    cure: {
      en: 'Write one: what the plugin does, what it needs, an example of a call. The listing shows it.',
      'zh-CN': '请编写 README：插件的功能、所需能力和一个调用示例。市场列表会展示它。',
    },
  },
  'docs/usage': {
    severity: 'warning',
    message: {
      en: 'Neither a docs folder nor a section of the README tells how to use the plugin.',
      'zh-CN': '既没有 docs 文件夹，README 中也没有章节说明如何使用插件。',
    },
    cure: {
      en: 'Add a section (a line that begins with ##) to the README, or pages under docs/, and list them under "files".',
      'zh-CN': '请在 README 中添加章节（以 ## 开头的行），或在 docs/ 下添加页面并列入 "files"。',
    },
  },
  'docs/changelog': {
    severity: 'warning',
    message: { en: 'There is no CHANGELOG.md.', 'zh-CN': '没有 CHANGELOG.md。' },
    cure: {
      en: 'Add one and list it under "files": who updates reads what changed.',
      'zh-CN': '请添加并列入 "files"：更新者需要了解变更内容。',
    },
  },
  'docs/changelog-entry': {
    severity: 'warning',
    message: {
      en: 'The changelog has no heading for version {version}.',
      'zh-CN': '变更日志没有版本 {version} 的标题。',
    },
    cure: {
      en: 'Begin a section with "## {version}" and say what changed for those who use the plugin.',
      'zh-CN': '请以 "## {version}" 开始一节，说明对使用者的变更。',
    },
  },
  'docs/too-long': {
    severity: 'warning',
    message: {
      en: '{file} has {kib} KiB; pages of the marketplace show the first 64 of a text, and longer terms or licences not at all.',
      'zh-CN':
        '{file} 有 {kib} KiB；市场页面只显示文本的前 64 KiB，超长的条款或许可证则完全不显示。',
    },
    cure: {
      en: 'Put the most important first, the newest version of a changelog among it, or divide it into pages under docs/; say terms and licences shorter.',
      'zh-CN':
        '请将最重要的内容（如变更日志的最新版本）放在前面，或拆分为 docs/ 下的多个页面；请缩短条款和许可证。',
    },
  },
  'docs/screenshot': {
    severity: 'warning',
    message: {
      en: 'The screenshot {file} is not shown: it is no PNG, JPEG or WebP of at most 2 MiB.',
      'zh-CN': '截图 {file} 不会显示：它不是不超过 2 MiB 的 PNG、JPEG 或 WebP。',
    },
    cure: {
      en: 'Convert it to one of them, or make it smaller; its first bytes count, not its name. An SVG can run scripts, and is never shown.',
      'zh-CN': '请转换为上述格式或缩小文件；以文件头而非文件名为准。SVG 可能运行脚本，永不显示。',
    },
  },
  'docs/description': {
    severity: 'warning',
    message: {
      en: 'package.json has no description, which search and listing show.',
      'zh-CN': 'package.json 没有 description，搜索和列表会显示它。',
    },
    cure: {
      en: 'Say in one sentence what the plugin does.',
      'zh-CN': '请用一句话说明插件的功能。',
    },
  },
})

export function checkDocs(view: PackageView): readonly Finding[] {
  const { version, description } = view.packageJson
  const line = view.lineOf('package.json', '')
  const at = { file: 'package.json', line }
  const readme = named(view, /^readme(\.md|\.markdown)?$/i)
  const findings: Finding[] = []
  if (typeof description !== 'string' || description.trim() === '') {
    findings.push(docsRules.find('docs/description', at))
  }
  const hasDocs = [...view.files.keys()].some((path) => shownTextKind(path, undefined) === 'doc')
  if (readme === undefined) findings.push(docsRules.find('docs/readme', at))
  else if (!hasDocs && !/^#{2,6}\s+\S/m.test(view.text(readme) ?? '')) {
    findings.push(docsRules.find('docs/usage', { file: readme, line: 1 }))
  }
  return [
    ...findings,
    ...changelog(view, typeof version === 'string' ? version : ''),
    ...longTexts(view),
    ...screenshots(view),
  ]
}

function longTexts({ files, manifest }: PackageView): readonly Finding[] {
  return [...files].flatMap(([file, { length }]) => {
    if (length <= MAX_SHOWN_TEXT || shownTextKind(file, manifest) === undefined) return []
    return [docsRules.find('docs/too-long', { file }, { file, kib: Math.ceil(length / 1024) })]
  })
}

function screenshots({ manifest, files, lineOf }: PackageView): readonly Finding[] {
  return (manifest?.listing?.screenshots ?? []).flatMap(({ file }, index) => {
    const bytes = files.get(file)
    // One that is missing refuses the package.
    if (bytes === undefined) return []
    if (bytes.length <= MAX_PICTURE_BYTES && pictureType(bytes) !== undefined) return []
    const line = lineOf('package.json', `/signalbox/listing/screenshots/${index}/file`)
    return [docsRules.find('docs/screenshot', { file: 'package.json', line }, { file })]
  })
}

function changelog(view: PackageView, version: string): readonly Finding[] {
  const file = named(view, /^(changelog|changes|history)(\.md|\.markdown)?$/i)
  if (file === undefined) return [docsRules.find('docs/changelog', { file: 'package.json' })]
  const headings = (view.text(file) ?? '')
    .split('\n')
    .filter((line) => /^#{1,6}\s/.test(line))
    .flatMap((line) => line.split(/[\s[\]()]+/))
  const has = headings.some((word) => word.replace(/^v/, '').replace(/[:,]$/, '') === version)
  return has ? [] : [docsRules.find('docs/changelog-entry', { file, line: 1 }, { version })]
}

function named(view: PackageView, pattern: RegExp): string | undefined {
  return [...view.files.keys()].find((path) => pattern.test(path))
}
