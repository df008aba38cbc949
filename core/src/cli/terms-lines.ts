import type { DeclaredPlan } from '@signalbox/sdk/plan-terms'
import { harmlessLines } from './harmless-text.ts'
import { say, terminalLanguage } from './language.ts'

export type Texts = Readonly<Record<string, string | undefined>>

export interface PlannedTerms {
  readonly license: string | null
  readonly price: Texts | null
  readonly plans: readonly DeclaredPlan[]
  readonly text: Texts | null
  /** Null: nothing has to be accepted. */
  readonly hash: string | null
  readonly isAccepted: boolean
}

/** In the language of the terminal, else in English. */
export function inLanguage(texts: Texts | null): string {
  return texts?.[terminalLanguage()] ?? texts?.['en'] ?? ''
}

/** What a person reads before he agrees. Without what would move the cursor: the text is a stranger's; lines may end as Windows ends them. */
export function termsLines({ license, price, text, plans, hash }: PlannedTerms): string[] {
  const money =
    price === null
      ? []
      : [say({ en: 'Price: {price}', 'zh-CN': '价格：{price}' }, { price: inLanguage(price) })]
  const offered =
    plans.length === 0
      ? []
      : [say({ en: 'Plans:', 'zh-CN': '方案：' }), ...plans.map((plan) => `  ${planLine(plan)}`)]
  const written = text === null ? [] : ['', inLanguage(text)]
  return [
    say({ en: 'Licence: {license}', 'zh-CN': '许可证：{license}' }, { license: license ?? '-' }),
    ...money,
    ...offered,
    ...written,
    ...(hash === null ? [] : ['', say({ en: 'Hash: {hash}', 'zh-CN': '哈希：{hash}' }, { hash })]),
  ].map((line) => harmlessLines(line.replaceAll('\r\n', '\n')))
}

const periods = {
  hour: { en: '{count} calls an hour', 'zh-CN': '每小时 {count} 次' },
  day: { en: '{count} calls a day', 'zh-CN': '每天 {count} 次' },
  month: { en: '{count} calls a month', 'zh-CN': '每月 {count} 次' },
} as const

/** Everything of a plan that a subscriber is bound by. */
function planLine(plan: DeclaredPlan): string {
  const { service, name, label, ratePerS, burst, quota, concurrency, maxRows, price } = plan
  const hidden = Object.entries(plan.fields ?? {}).flatMap(([operation, pointers]) =>
    pointers.map((pointer) => `${operation} ${pointer}`),
  )
  const parts = [
    ...(label === undefined ? [] : [inLanguage(label)]),
    price === undefined
      ? say({ en: 'free', 'zh-CN': '免费' })
      : say(
          { en: '{amount} {currency} per {unit}', 'zh-CN': '{amount} {currency} / {unit}' },
          { ...price },
        ),
    say(
      { en: '{ratePerS}/s, burst {burst}', 'zh-CN': '每秒 {ratePerS} 次，突发 {burst} 次' },
      {
        ratePerS,
        burst,
      },
    ),
    ...(quota === undefined ? [] : [say(periods[quota.per], { count: quota.count })]),
    ...(concurrency === undefined
      ? []
      : [say({ en: '{concurrency} at once', 'zh-CN': '并发 {concurrency}' }, { concurrency })]),
    ...(maxRows === undefined
      ? []
      : [say({ en: 'at most {maxRows} rows', 'zh-CN': '最多 {maxRows} 行' }, { maxRows })]),
    ...(hidden.length === 0
      ? []
      : [say({ en: 'without {hidden}', 'zh-CN': '不含 {hidden}' }, { hidden: hidden.join(', ') })]),
    ...(plan.approval === 'manual'
      ? [say({ en: 'the owner approves each', 'zh-CN': '需逐一批准' })]
      : []),
  ]
  return `${service} ${name}: ${parts.join('; ')}`
}
