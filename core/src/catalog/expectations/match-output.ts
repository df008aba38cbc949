import { isDeepStrictEqual } from 'node:util'
import { unescapeToken } from '@signalbox/sdk/json-pointer'

/** What an app expects at a place of an answer, such as `/rows/[]/sku`; `[]` is every item. */
export interface Matcher {
  readonly path: string
  /** `exact` and `type` compare with `value`; `present` asks that something is there. */
  readonly match: 'exact' | 'type' | 'present'
  readonly value?: unknown
}

export const typeNames = [
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
] as const

/** @returns which matchers an answer does not meet, in their order */
export function unmet(output: unknown, matchers: readonly Matcher[]): readonly Matcher[] {
  return matchers.filter((matcher) => !isMet(output, matcher))
}

function isMet(output: unknown, { path, match, value }: Matcher): boolean {
  const found = valuesAt(output, path.split('/').slice(1))
  if (found === undefined) return false
  if (match === 'type') return found.every((one) => isOfType(one, value))
  if (found.length === 0) return false
  return match === 'present' || found.every((one) => isDeepStrictEqual(one, value))
}

/** @returns undefined where an item lacks the place; of an empty list there are no values */
function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (step === '[]') {
    if (!Array.isArray(value)) return undefined
    return gathered(value.map((item) => valuesAt(item, rest)))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (step === '*') return gathered(Object.values(value).map((item) => valuesAt(item, rest)))
  const name = unescapeToken(step)
  return Object.hasOwn(value, name) ? valuesAt(Reflect.get(value, name), rest) : undefined
}

function gathered(parts: readonly (readonly unknown[] | undefined)[]): unknown[] | undefined {
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? [])
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (value === null) return type === 'null'
  return type === (Array.isArray(value) ? 'array' : typeof value)
}
