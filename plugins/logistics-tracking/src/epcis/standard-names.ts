import { fullName, type Prefixes } from './context.ts'
import { expandWord, type VocabularyKind, vocabularies } from './vocabulary.ts'

const older: readonly (readonly [from: RegExp, to: string])[] = [
  [/^https?:\/\/ns\.gs1\.org\/(?:voc|cbv)\/(?:BizStep|Bizstep)-/, vocabularies.bizStep.base],
  [/^https?:\/\/ns\.gs1\.org\/(?:voc|cbv)\/Disp-/, vocabularies.disposition.base],
  [/^https?:\/\/ns\.gs1\.org\/(?:voc|cbv)\/BTT-/, vocabularies.bizTransactionType.base],
  [/^https?:\/\/ns\.gs1\.org\/(?:voc|cbv)\/SDT-/, vocabularies.sourceDestType.base],
  [/^https?:\/\/(?:www\.)?gs1\.org\/voc\//, vocabularies.measurement.base],
  [/^https?:\/\/ref\.gs1\.org\/voc\//, vocabularies.measurement.base],
]

/**
 * One name for all the ways to write a word of the standard: bare (`shipping`), compact (`cbv:BizStep-shipping`), URN of
 * CBV 1.x (`urn:epcglobal:cbv:bizstep:shipping`) or address. Queries and what is kept use it.
 */
export function standardName(kind: VocabularyKind, name: string, prefixes: Prefixes): string {
  const full = fullName(expandWord(kind, name), prefixes)
  const { urn, base } = vocabularies[kind]
  if (urn !== undefined && full.startsWith(urn)) return base + full.slice(urn.length)
  const from = older.find(([pattern]) => pattern.test(full))
  return from === undefined ? full : full.replace(from[0], from[1])
}

/** The bare word of a standard name, as people and older systems know it; others whole. */
export function bareName(kind: VocabularyKind, name: string): string {
  const { base, words } = vocabularies[kind]
  const word = name.slice(base.length)
  return name.startsWith(base) && words.has(word) ? word : name
}
