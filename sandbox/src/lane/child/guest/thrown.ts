import { guestLimits } from './guest-limits.ts'
import type { Primordials } from './primordials.ts'

/**
 * A property of something thrown, if it is text, cut short. Its getter may run, throw or loop for ever:
 * that is why it is read inside the isolate, under the turn's time limit.
 */
export function thrownText(p: Primordials, thrown: unknown, key: string): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  try {
    const value = (thrown as Record<string, unknown>)[key]
    return typeof value === 'string' ? p.cut(value, 0, guestLimits.errorLength) : ''
  } catch {
    return ''
  }
}

/** One line that says what was thrown, whatever it is. */
export function thrownMessage(p: Primordials, thrown: unknown): string {
  if (typeof thrown === 'string') return p.cut(thrown, 0, guestLimits.errorLength)
  const message = thrownText(p, thrown, 'message')
  return message !== '' ? message : `a value of type ${typeof thrown} was thrown`
}
