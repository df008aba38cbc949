import type { Finding } from './finding.ts'
import type { PackageView } from './package-view.ts'
import { defineRules } from './rule.ts'

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
  const hasDocs = [...view.files.keys()].some((path) => /^docs\/.+\.md$/i.test(path))
  if (readme === undefined) findings.push(docsRules.find('docs/readme', at))
  else if (!hasDocs && !/^#{2,6}\s+\S/m.test(view.text(readme) ?? '')) {
    findings.push(docsRules.find('docs/usage', { file: readme, line: 1 }))
  }
  return [...findings, ...changelog(view, typeof version === 'string' ? version : '')]
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
