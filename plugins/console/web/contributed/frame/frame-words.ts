import { isRisky } from '../bind.ts'
import type { CallSpec } from '../page-spec.ts'

/**
 * What a stranger's page in its frame may ask of the console, and nothing else: its services, a height, another page of its
 * plugin. A word that is not exactly one of these is not heard. Pure.
 */
export type FrameWord =
  | { readonly kind: 'hello' }
  | { readonly kind: 'pong'; readonly beat: number }
  | { readonly kind: 'resize'; readonly height: number }
  | {
      readonly kind: 'call'
      readonly id: number
      readonly service: string
      readonly operation: string
      readonly input: Readonly<Record<string, unknown>>
    }
  | {
      readonly kind: 'navigate'
      readonly page: string
      readonly params: Readonly<Record<string, string>>
    }

/** Characters of a word as JSON. */
export const MOST_WORD = 256 * 1024
const MOST_HEIGHT = 10_000
const MOST_PARAMS = 10
const MOST_TEXT = 200

type Reader = (word: Readonly<Record<string, unknown>>) => FrameWord | undefined

const readers: Readonly<Record<FrameWord['kind'], Reader>> = {
  hello: (word) => (hasOnly(word, ['kind']) ? { kind: 'hello' } : undefined),
  pong: ({ beat, ...word }) =>
    hasOnly(word, ['kind']) && isCount(beat) ? { kind: 'pong', beat } : undefined,
  resize: ({ height, ...word }) =>
    hasOnly(word, ['kind']) && typeof height === 'number' && height >= 0
      ? { kind: 'resize', height: Math.min(Math.ceil(height), MOST_HEIGHT) }
      : undefined,
  call: ({ id, service, operation, input, ...word }) =>
    hasOnly(word, ['kind']) &&
    isCount(id) &&
    isText(service) &&
    isText(operation) &&
    isObject(input)
      ? { kind: 'call', id, service, operation, input }
      : undefined,
  navigate: ({ page, params = {}, ...word }) =>
    hasOnly(word, ['kind']) && isText(page) && isParams(params)
      ? { kind: 'navigate', page, params }
      : undefined,
}

/** @returns undefined for what is no word */
export function frameWord(data: unknown): FrameWord | undefined {
  if (!isObject(data) || typeof data['kind'] !== 'string') return undefined
  if (!Object.hasOwn(readers, data['kind']) || !fits(data)) return undefined
  return readers[data['kind'] as FrameWord['kind']](data)
}

function fits(data: object): boolean {
  try {
    return (JSON.stringify(data) ?? '').length <= MOST_WORD
  } catch {
    return false
  }
}

function hasOnly(word: object, names: readonly string[]): boolean {
  return Object.keys(word).every((name) => names.includes(name))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_TEXT
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isParams(value: unknown): value is Record<string, string> {
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= MOST_PARAMS && entries.every(([name, text]) => !isRisky(name) && isText(text))
  )
}

/** Whether the page says of itself that it calls this. */
export function isDeclared(calls: readonly CallSpec[] | undefined, asked: CallSpec): boolean {
  return (calls ?? []).some(
    ({ service, operation }) => service === asked.service && operation === asked.operation,
  )
}
