import parseSpdx from 'spdx-expression-parse'
import type { Finding } from './finding.ts'
import type { PackageView } from './package-view.ts'
import { defineRules } from './rule.ts'

/** Under what terms a plugin may be used: https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/ */
export const licenceRules = defineRules({
  'licence/missing': {
    severity: 'error',
    message: {
      en: 'package.json does not say under which licence the plugin may be used.',
      'zh-CN': 'package.json 未说明插件的许可证。',
    },
    cure: {
      en: 'Add "license" with an SPDX identifier, such as "Apache-2.0"; terms of your own are "LicenseRef-" and a name.',
      'zh-CN':
        '请添加 "license"，值为 SPDX 标识，例如 "Apache-2.0"；自有条款写作 "LicenseRef-" 加名称。',
    },
  },
  'licence/not-spdx': {
    severity: 'error',
    message: {
      en: '"{licence}" is no SPDX expression.',
      'zh-CN': '"{licence}" 不是 SPDX 表达式。',
    },
    cure: {
      en: 'Write an identifier of https://spdx.org/licenses, such as "MIT" or "(MIT OR Apache-2.0)"; terms of your own as "LicenseRef-<name>" or "SEE LICENSE IN <file>".',
      'zh-CN':
        '请使用 https://spdx.org/licenses 中的标识，例如 "MIT" 或 "(MIT OR Apache-2.0)"；自有条款写作 "LicenseRef-<名称>" 或 "SEE LICENSE IN <文件>"。',
    },
  },
  'licence/file-missing': {
    severity: 'error',
    message: {
      en: 'The terms are said to be in {named}, which is not in the package.',
      'zh-CN': '条款所在的 {named} 不在包中。',
    },
    cure: {
      en: 'Add the file, and list it under "files".',
      'zh-CN': '请添加该文件并列入 "files"。',
    },
  },
})

const MAX_LENGTH = 200

export function checkLicence(view: PackageView): readonly Finding[] {
  const { license } = view.packageJson
  const place = { file: 'package.json', line: view.lineOf('package.json', '/license') }
  if (license === undefined || license === '') return [licenceRules.find('licence/missing', place)]
  const licence = typeof license === 'string' ? license : JSON.stringify(license)
  // npm's own word for what nobody else may use.
  if (licence === 'UNLICENSED') return []
  const named = /^SEE LICEN[CS]E IN (\S.*)$/.exec(licence)?.[1]
  if (named !== undefined) {
    const path = named.replace(/^\.\//, '')
    return view.files.has(path) ? [] : [licenceRules.find('licence/file-missing', place, { named })]
  }
  if (isExpression(licence)) return []
  return [licenceRules.find('licence/not-spdx', place, { licence: licence.slice(0, 80) })]
}

function isExpression(text: string): boolean {
  if (text.length > MAX_LENGTH) return false
  try {
    parseSpdx(text)
    return true
  } catch {
    return false
  }
}
