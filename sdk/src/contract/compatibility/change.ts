import { type Language, type Localized, languages } from '../../errors/coded-error.ts'
import {
  type ChangeKind,
  type ContractRuleName,
  consequences,
  contractRules,
  type Direction,
  type SchemaRuleName,
  schemaRules,
  undecided,
} from './change-rules.ts'
import type { Reason } from './comparison.ts'

/** One difference between two versions of a contract, and what it means. */
export interface ContractChange {
  /** Into the newer contract; for what is gone, where it was. */
  readonly pointer: string
  readonly direction: Direction
  readonly kind: ChangeKind
  readonly rule: ContractRuleName | SchemaRuleName
  readonly sentence: Localized
  /** The place in the payload, such as `/rows/[]/readAt`, where the change is about one field. */
  readonly field?: string
  readonly operation?: string
  /** It could not be decided, and counts as breaking. */
  readonly isUndecided?: true
}

type Words = Readonly<Record<string, string>>

export function changeOf(
  rule: ContractRuleName,
  pointer: string,
  words: Words,
  side?: Direction,
): ContractChange {
  const { direction, kind, sentence } = contractRules[rule]
  return {
    pointer,
    direction: side ?? direction,
    kind,
    rule,
    sentence: inEach((language) => fill(sentence[language], words)),
    ...(rule === 'too-complex' ? { isUndecided: true } : {}),
  }
}

export function schemaChangeOf(
  reason: Reason,
  side: 'input' | 'output',
  way: 'tighter' | 'wider',
): ContractChange {
  const { rule, pointer, name = '', values = '', isUndecided } = reason
  const { kind, sentence } = consequences[`${side}-${way}`]
  const isUnsure = isUndecided === true && kind === 'breaking'
  const said = (language: Language) => {
    const fact = fill(schemaRules[rule][way][language], { name, values })
    const doubt = isUnsure ? `${semicolon[language]}${undecided[language]}` : ''
    return `${sentence[language]}${colon[language]}${fact}${doubt}${stop[language]}`
  }
  return {
    pointer,
    direction: side,
    kind,
    rule,
    sentence: inEach(said),
    ...(isUnsure ? { isUndecided: true } : {}),
  }
}

const colon: Localized = { en: ': ', 'zh-CN': '：' }
const semicolon: Localized = { en: '; ', 'zh-CN': '；' }
const stop: Localized = { en: '.', 'zh-CN': '。' }

function inEach(say: (language: Language) => string): Localized {
  return Object.fromEntries(languages.map((language) => [language, say(language)])) as Localized
}

function fill(template: string, words: Words): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => words[name] ?? place)
}
