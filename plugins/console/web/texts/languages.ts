import type { en } from './en.ts'

export type Language = 'en' | 'zh-CN'

export const LANGUAGES: readonly Language[] = ['zh-CN', 'en']

/** Names of all texts, as English has them; the build holds the other language to it. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof en
  }
}

/** By what the person chose, else by what the browser asks for. */
export function languageOf(chosen: string | null, asked: readonly string[]): Language {
  if (chosen === 'en' || chosen === 'zh-CN') return chosen
  return asked.some((one) => one.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}

/** A text of a manifest or a contract, in the language of the page. */
export interface LocalText {
  readonly en: string
  readonly 'zh-CN'?: string
}

export function textIn(text: LocalText | string | undefined, language: string): string {
  if (text === undefined) return ''
  if (typeof text === 'string') return text
  return (language === 'zh-CN' ? text['zh-CN'] : undefined) ?? text.en
}
