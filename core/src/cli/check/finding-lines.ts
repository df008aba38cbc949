import type { Language, Localized } from '@signalbox/sdk/errors'
import { placeOf, type Severity } from '@signalbox/sdk/finding'
import type { CheckedTarget } from './check-target.ts'

const severityWords: Readonly<Record<Severity, Localized>> = {
  error: { en: 'error', 'zh-CN': '错误' },
  warning: { en: 'warning', 'zh-CN': '警告' },
  note: { en: 'note', 'zh-CN': '提示' },
}

/** Findings as a compiler tells them: an editor's terminal makes a link of `file:line`. Pure. */
export function findingLines(
  { plugin, findings }: CheckedTarget,
  language: Language,
): readonly string[] {
  const lines = findings.flatMap((finding) => {
    const { rule, severity, message, cure } = finding
    const place = placeOf(finding)
    const head = `${severityWords[severity][language]} ${rule}`
    return [
      ...(place === undefined ? [head] : [`${place}: ${head}`]),
      `  ${message[language]}`,
      `  → ${cure[language]}`,
    ]
  })
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')]
  const end = {
    en: `${plugin}: ${errors} errors, ${warnings} warnings, ${notes} notes`,
    'zh-CN': `${plugin}：${errors} 个错误，${warnings} 个警告，${notes} 个提示`,
  }
  return [...lines, end[language]]
}
