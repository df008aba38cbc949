import type { InputFault } from '@signalbox/sdk/errors'
import { pointerTo } from '@signalbox/sdk/json-pointer'

/** What a plan from outside is looked at with: each fault with its place. */

export function unknownKeys(
  value: Readonly<Record<string, unknown>>,
  pointer: string,
  known: readonly string[],
): InputFault[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      pointer: pointerTo(pointer, key),
      detail: `is not known; there are ${known.join(', ')}`,
    }))
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** Short, lower case: what people type and what stands in URLs. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(value)
}
