import type { Context } from '@signalbox/sdk'

/** An id that nobody has yet: 96 bits by chance. */
export function newId({ random }: Pick<Context, 'random'>, prefix: string): string {
  let text = ''
  for (let index = 0; index < 24; index += 1) text += Math.floor(random() * 16).toString(16)
  return `${prefix}_${text}`
}

/** The same id for the same thing, so that what is asked twice is made once. */
export function idOf(
  { hash }: Pick<Context, 'hash'>,
  prefix: string,
  ...parts: readonly string[]
): string {
  return `${prefix}_${hash('SHA-256', JSON.stringify(parts)).slice(0, 24)}`
}
