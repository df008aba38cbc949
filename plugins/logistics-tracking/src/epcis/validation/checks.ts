import { type VocabularyKind, vocabularies } from '../vocabulary.ts'
import { type Check, passes, pointer } from './faults.ts'

type Fields = Readonly<Record<string, unknown>>

function must(holds: (value: unknown) => boolean, problem: string): Check {
  return (value, at, faults) => {
    if (!holds(value)) faults.add(at, problem)
  }
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value)
}

/** RFC 3986 §3, without the details of the authority. */
const uriPattern =
  /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~!$&'()*+,;=:@/]|%[0-9a-f]{2})*(?:\?(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i

const isUri = matches(uriPattern)

export const uri = must(isUri, 'must be a URI')
export const text = must((value) => typeof value === 'string', 'must be text')
export const number = must((value) => typeof value === 'number', 'must be a number')
export const boolean = must((value) => typeof value === 'boolean', 'must be true or false')
export const object = must(isRecord, 'must be an object')
export const hexadecimal = must(matches(/^[A-Fa-f0-9]+$/), 'must be hexadecimal')
export const unitCode = must(matches(/^[A-Z0-9]{2,3}$/), 'must be a unit code of UN/ECE Rec. 20')
export const version = must(matches(/^\d+(?:\.\d+)*$/), 'must be a version such as 2.0')
export const zoneOffset = must(
  matches(/^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/),
  'must be an offset such as +08:00',
)
export const instant = must(
  isInstant,
  'must be an instant with an offset, such as 2026-01-31T08:00:00+08:00',
)

const instantPattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d)(?::?(\d\d))?)$/

function isInstant(value: unknown): boolean {
  const match = typeof value === 'string' ? instantPattern.exec(value) : null
  if (match === null) return false
  const [year, month, day, hour, minute, second, zoneHour, zoneMinute] = match
    .slice(1)
    .map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // Day 0 of the next month is the last of this one.
  const isDay =
    month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  return isDay && hour < 24 && minute < 60 && second < 60 && zoneHour < 24 && zoneMinute < 60
}

export function oneOf(...words: readonly string[]): Check {
  return must((value) => words.includes(value as string), `must be one of ${words.join(', ')}`)
}

/** Words of the standard are to be written bare in JSON: those of CBV 1.x and of the GS1 vocabulary are not taken in full. */
export function word(kind: VocabularyKind, notAs: RegExp): Check {
  const { words } = vocabularies[kind]
  return must(
    (value) =>
      typeof value === 'string' && (words.has(value) || (isUri(value) && !notAs.test(value))),
    `must be a word of the standard, bare, such as ${words.values().next().value}, or a URI of your own`,
  )
}

export function listOf(item: Check, { least = 0, unique = false } = {}): Check {
  return (value, at, faults) => {
    if (!Array.isArray(value)) return faults.add(at, 'must be a list')
    if (value.length < least) faults.add(at, `must have ${least} at least`)
    if (unique && new Set(value.map((one) => JSON.stringify(one))).size < value.length) {
      faults.add(at, 'must have nothing twice')
    }
    for (const [i, one] of value.entries()) item(one, pointer(at, i), faults)
  }
}

export function anyOf(problem: string, ...checks: readonly Check[]): Check {
  return must((value) => checks.some((check) => passes(check, value)), problem)
}

export function allOf(...checks: readonly Check[]): Check {
  return (value, at, faults) => {
    for (const check of checks) check(value, at, faults)
  }
}

/** What fields an object may have beside those named: none, those whose name is a URI or has a prefix, or any. */
export type Others = 'none' | 'extensions' | 'any'

export function record(
  fields: Readonly<Record<string, Check>>,
  { required = [], others = 'extensions' }: { required?: readonly string[]; others?: Others } = {},
): Check {
  const known = new Map(Object.entries(fields))
  return (value, at, faults) => {
    if (!isRecord(value)) {
      faults.add(at, 'must be an object')
      return
    }
    for (const name of required) {
      if (value[name] === undefined) faults.add(at, `must have ${name}`)
    }
    for (const [name, field] of Object.entries(value)) {
      const check = known.get(name) ?? (isOtherField(name, others) ? undefined : unknownField)
      check?.(field, pointer(at, name), faults)
    }
  }
}

function isOtherField(name: string, others: Others): boolean {
  return others === 'any' || (others === 'extensions' && isUri(name))
}

const unknownField = must(() => false, 'is no field of the standard, and has no prefix')

/** Looks at the whole object. */
export function when(holds: (fields: Fields) => boolean, problem: string): Check {
  return (value, at, faults) => {
    if (isRecord(value) && !holds(value)) faults.add(at, problem)
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
