import { type ErrorParameters, fillPlaces, type Localized } from '../errors/coded-error.ts'
import type { Finding, Severity } from './finding.ts'

/** What a rule looks for, and what to do about it; both texts may hold `{name}` places. */
export interface RuleDefinition {
  readonly severity: Severity
  readonly message: Localized
  readonly cure: Localized
}

/** Where a finding is, and with what weight where that is not the rule's own. */
export interface FindingPlace {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly severity?: Severity
}

/** The rules of one family, and a factory of their findings. */
export interface RuleFamily<Id extends string = string> {
  readonly definitions: Readonly<Record<Id, RuleDefinition>>
  find(id: Id, place?: FindingPlace, parameters?: ErrorParameters): Finding
}

/** Declares rules by their whole id, such as `secrets/private-key`. */
export function defineRules<const Id extends string>(
  definitions: Readonly<Record<Id, RuleDefinition>>,
): RuleFamily<Id> {
  return Object.freeze({
    definitions,
    find: (id: Id, place: FindingPlace = {}, parameters: ErrorParameters = {}): Finding => {
      const { severity, message, cure } = definitions[id]
      const { file, line } = place
      const shown = printable(parameters)
      return {
        rule: id,
        severity: place.severity ?? severity,
        ...(file === undefined ? {} : { file }),
        ...(line === undefined ? {} : { line }),
        message: filled(message, shown),
        cure: filled(cure, shown),
      }
    },
  })
}

function filled(text: Localized, parameters: ErrorParameters): Localized {
  return {
    en: fillPlaces(text.en, parameters, 'en'),
    'zh-CN': fillPlaces(text['zh-CN'], parameters, 'zh-CN'),
  }
}

const MAX_SHOWN = 300

/** What a package says may draw on a terminal, or be what no database holds. */
function printable(parameters: ErrorParameters): ErrorParameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? printableText(value) : value,
    ]),
  )
}

function printableText(text: string): string {
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
  return short.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}
