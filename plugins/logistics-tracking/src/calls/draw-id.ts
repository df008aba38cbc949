import type { Context } from '@signalbox/sdk'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
/** 36^16: nobody guesses one, and no two meet. */
const LENGTH = 16

/** A new id, such as `exc_4kd03…`. */
export function drawId({ random }: Pick<Context, 'random'>, prefix: string): string {
  const letters = Array.from(
    { length: LENGTH },
    () => LETTERS[Math.floor(random() * LETTERS.length)],
  )
  return `${prefix}_${letters.join('')}`
}
