import type { Language, Localized } from '@signalbox/sdk/errors'
import type { PermissionChange } from '@signalbox/sdk/permission-diff'
import type {
  Setting,
  SettingChange,
  SettingPart,
  SettingsDiff,
} from '@signalbox/sdk/settings-diff'
import { findingLines } from '../check/finding-lines.ts'
import { harmlessLine } from '../harmless-text.ts'
import type { InstalledDiff, Review, ShownReview } from './shown-review.ts'

/** What a reviewer reads of a version. Pure; of what others wrote no line moves the cursor of a terminal. */

export function reviewLine({ id, name, version, tier, publisher, status }: Review): string {
  return harmlessLine(`${id}  ${name}@${version}  ${tier}  ${publisher}  ${status}`)
}

/** @param installed what it is beside what runs here; undefined: not for who asks */
export function reviewLines(
  review: ShownReview,
  installed: InstalledDiff | undefined,
  language: Language,
): readonly string[] {
  const { name, version, findings, contracts, entries } = review
  const lines = [
    reviewLine(review),
    needLine(review, language),
    ...section(titles.findings, language),
    ...findingLines({ plugin: `${name}@${version}`, findings }, language),
    ...section(titles.permissions, language, besideOf(review.against, language)),
    ...permissionLines(review.permissions.changes, language),
    ...section(titles.settings, language, besideOf(review.against, language)),
    ...settingLines(review.settings, language),
    ...(contracts.length === 0 ? [] : section(titles.contracts, language)),
    ...contracts.flatMap((service) => contractLines(service, language)),
    ...(installed === undefined ? [] : installedLines(installed, language)),
    ...(entries.length === 0 ? [] : section(titles.said, language)),
    ...entries.map(
      ({ at, actor, kind, rule, text }) =>
        `  ${at}  ${actor} (${kind}${rule === null ? '' : `, ${rule}`}): ${text}`,
    ),
  ]
  return lines.map(harmlessLine)
}

const titles = {
  findings: { en: 'Findings of the checks', 'zh-CN': '检查结果' },
  permissions: { en: 'What it may do', 'zh-CN': '权限' },
  settings: { en: 'Settings', 'zh-CN': '设置项' },
  contracts: { en: 'Contracts', 'zh-CN': '契约' },
  installed: { en: 'What it may do, on this host', 'zh-CN': '在本主机上的权限' },
  said: { en: 'What was said', 'zh-CN': '记录' },
} as const satisfies Readonly<Record<string, Localized>>

function section(title: Localized, language: Language, more = ''): readonly string[] {
  return ['', `${title[language]}${more}`]
}

function besideOf(against: string | null, language: Language): string {
  const none = { en: ' (nothing to compare with)', 'zh-CN': '（没有可比较的版本）' }
  const beside = { en: ` beside ${against}`, 'zh-CN': `（与 ${against} 相比）` }
  return (against === null ? none : beside)[language]
}

const groundWords: Readonly<Record<string, Localized>> = {
  'first-version': { en: 'the first version of the name', 'zh-CN': '该名称的首个版本' },
  tier: { en: 'its tier', 'zh-CN': '其运行层级' },
  'asked-for': { en: 'its publisher asked for it', 'zh-CN': '发布者要求评审' },
  'trials-cut-short': { en: 'a limit cut its trials short', 'zh-CN': '试运行因限额中止' },
}

function needLine({ grounds, needed, entries }: ShownReview, language: Language): string {
  const given = entries.filter(({ kind }) => kind === 'approval').length
  const why = grounds.map((ground) => groundWords[ground]?.[language] ?? ground).join(', ')
  return {
    en: `approvals: ${given} of ${needed} (${why})`,
    'zh-CN': `批准：${given}/${needed}（${why}）`,
  }[language]
}

const changeWords: Readonly<Record<string, Localized>> = {
  wider: { en: 'wider', 'zh-CN': '扩大' },
  narrower: { en: 'narrower', 'zh-CN': '缩小' },
  same: { en: 'same', 'zh-CN': '相同' },
  added: { en: 'added', 'zh-CN': '新增' },
  removed: { en: 'removed', 'zh-CN': '移除' },
  changed: { en: 'changed', 'zh-CN': '更改' },
  breaking: { en: 'breaking', 'zh-CN': '不兼容' },
  additive: { en: 'additive', 'zh-CN': '兼容' },
  docs: { en: 'words', 'zh-CN': '文字' },
}

/** A mark that an eye finds, and a word for who reads without it. */
function wordOf(change: string, language: Language): string {
  const mark = change === 'wider' || change === 'breaking' ? '!' : ' '
  return `${mark} ${(changeWords[change]?.[language] ?? change).padEnd(8)}`
}

function permissionLines(
  changes: readonly PermissionChange[],
  language: Language,
): readonly string[] {
  const nothing = { en: '  asks for nothing', 'zh-CN': '  不申请任何权限' }
  if (changes.length === 0) return [nothing[language]]
  const copes = { en: ' (optional)', 'zh-CN': '（可选）' }[language]
  return changes.flatMap(({ change, name, before, after, why, optional }) => {
    const reason = why[language] ?? why['en']
    const [was, is] = [before, after].map((value) => JSON.stringify(value))
    const values = change === 'same' && was === is ? is : `${was} -> ${is}`
    const line = `  ${wordOf(change, language)} ${name} ${values}${optional ? copes : ''}`
    return reason === undefined || change === 'same' ? [line] : [line, `      "${reason}"`]
  })
}

const partWords: Readonly<Record<SettingPart, Localized>> = {
  types: { en: 'type', 'zh-CN': '类型' },
  required: { en: 'required', 'zh-CN': '必填' },
  default: { en: 'default', 'zh-CN': '默认值' },
  sensitive: { en: 'sensitive', 'zh-CN': '敏感' },
  rules: { en: 'rules', 'zh-CN': '规则' },
}

function settingLines(diff: SettingsDiff | null, language: Language): readonly string[] {
  if (diff === null) {
    const unknown = {
      en: '  not kept of a version that old: signalbox review diff shows the file',
      'zh-CN': '  较早的版本未保存：请用 signalbox review diff 查看文件',
    }
    return [unknown[language]]
  }
  const same = { en: '  no change', 'zh-CN': '  无变化' }
  const tighter = {
    en: '! settings that fitted may not fit any more: tenants may have to change theirs first',
    'zh-CN': '! 原本合规的设置可能不再合规：租户可能需要先修改设置',
  }
  const more = { en: '  and more: see the file', 'zh-CN': '  以及更多：请查看文件' }
  return [
    ...(diff.changes.length === 0 ? [same[language]] : []),
    ...diff.changes.map((change) => settingLine(change, language)),
    ...(diff.isCut ? [more[language]] : []),
    ...(diff.isTighter ? [tighter[language]] : []),
  ]
}

function settingLine(
  { key, change, before, after, differs }: SettingChange,
  language: Language,
): string {
  const head = `  ${wordOf(change, language)} ${key === '' ? '/' : key}`
  if (change !== 'changed') return `${head}: ${settingText(after ?? before, language)}`
  const parts = differs.map((part) => {
    const values = `${valueText(before, part)} -> ${valueText(after, part)}`
    return `${partWords[part][language]} ${values}`
  })
  return `${head}: ${parts.join('; ')}`
}

function settingText(setting: Setting | null, language: Language): string {
  if (setting === null) return ''
  const { types, required, sensitive, rules } = setting
  const name = (part: SettingPart) => partWords[part][language]
  const parts = [
    types.length === 0 ? '*' : types.join(' | '),
    ...(required ? [name('required')] : []),
    ...(sensitive ? [name('sensitive')] : []),
    ...('default' in setting ? [`${name('default')} ${JSON.stringify(setting.default)}`] : []),
    ...(rules.length === 0 ? [] : [`${name('rules')} ${valueText(setting, 'rules')}`]),
  ]
  return parts.join(', ')
}

function valueText(setting: Setting | null, part: SettingPart): string {
  if (setting === null || !(part in setting)) return '-'
  const { types, rules } = setting
  if (part === 'types') return types.join(' | ') || '*'
  if (part === 'rules' && rules.length < 2) return rules[0] ? JSON.stringify(rules[0]) : '-'
  return JSON.stringify(setting[part])
}

function contractLines(
  { service, major, kind, changes }: ShownReview['contracts'][number],
  language: Language,
): readonly string[] {
  return [
    `  ${wordOf(kind, language)} ${service}@${major}`,
    ...changes.map((change) => `    ${wordOf(change.kind, language)} ${change.sentence[language]}`),
  ]
}

function installedLines(
  { against, changes, tenants }: InstalledDiff,
  language: Language,
): readonly string[] {
  const stable = {
    en: `  beside ${against}, which is stable`,
    'zh-CN': `  与稳定版 ${against} 相比`,
  }
  const none = { en: '  no version of it is stable here', 'zh-CN': '  本主机没有其稳定版本' }
  const nobody = { en: '  no tenant has it', 'zh-CN': '  没有租户使用' }
  const more = { en: '  and other tenants', 'zh-CN': '  以及其他租户' }
  return [
    ...section(titles.installed, language),
    (against === null ? none : stable)[language],
    ...(against === null ? [] : permissionLines(changes, language)),
    ...(tenants.items.length === 0 ? [nobody[language]] : []),
    ...tenants.items.flatMap((tenant) => tenantLines(tenant, language)),
    ...(tenants.next === undefined ? [] : [more[language]]),
  ]
}

function tenantLines(
  { tenant, binding, runs, isWider, changes }: InstalledDiff['tenants']['items'][number],
  language: Language,
): readonly string[] {
  const wider = changes.filter(({ change }) => change === 'wider')
  const more = { en: 'asks for more than was granted', 'zh-CN': '申请的权限超出已授予的权限' }
  const covered = { en: 'all was granted', 'zh-CN': '均已授予' }
  const word = (isWider ? more : covered)[language]
  return [
    `  ${isWider ? '!' : ' '} ${tenant} (${binding}, ${runs ?? '-'}): ${word}`,
    ...permissionLines(wider, language).flatMap((line) => (isWider ? [`  ${line}`] : [])),
  ]
}
