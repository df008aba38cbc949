import type { InputFault, Language, Localized } from '../errors/coded-error.ts'

/** `error` refuses a publish; `warning` and `note` are kept with the version, for its author and its reviewer. */
export const severities = ['error', 'warning', 'note'] as const
export type Severity = (typeof severities)[number]

/** What a check found in a package. */
export interface Finding {
  /** `family/name`, such as `secrets/private-key`: stable, as the code of a refusal is. */
  readonly rule: string
  readonly severity: Severity
  /** Its path inside the package. */
  readonly file?: string
  /** Counted from 1, as editors do. */
  readonly line?: number
  readonly message: Localized
  /** What the author does next. */
  readonly cure: Localized
}

/** `file:line`, or what is known of it. */
export function placeOf({ file, line }: Pick<Finding, 'file' | 'line'>): string | undefined {
  return file === undefined || line === undefined ? file : `${file}:${line}`
}

/** A finding as one place of a refusal, with its words in every language. */
export function findingFault(finding: Finding): InputFault {
  const { rule, severity, message, cure } = finding
  const at = placeOf(finding)
  const words = (language: Language) => ({ detail: message[language], cure: cure[language] })
  return {
    pointer: '',
    detail: message.en,
    ...(at === undefined ? {} : { at }),
    rule,
    severity,
    cure: cure.en,
    words: { en: words('en'), 'zh-CN': words('zh-CN') },
  }
}

/** The finding behind a place of a refusal; undefined: it is none. */
export function faultFinding(fault: InputFault): Finding | undefined {
  const { rule, severity, words, at } = fault
  if (rule === undefined || severity === undefined || words === undefined) return undefined
  const [, file, line] = /^(.*?)(?::(\d+))?$/s.exec(at ?? '') ?? []
  const text = (part: 'detail' | 'cure') => ({ en: words.en[part], 'zh-CN': words['zh-CN'][part] })
  return {
    rule,
    severity,
    ...(file ? { file } : {}),
    ...(line === undefined ? {} : { line: Number(line) }),
    message: text('detail'),
    cure: text('cure'),
  }
}

export function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error')
}

/** Errors first, then by file and line: the order in which an author reads them. */
export function inReadingOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => severities.indexOf(severity)
  const text = (one: string | undefined) => one ?? ''
  return [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      compare(text(a.file), text(b.file)) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      compare(a.rule, b.rule),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
