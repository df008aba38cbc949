import { commonWords } from './common-words.ts'

/** NIST SP 800-63B-4 §3.1.1.2: at least 15 characters where a password may be all that is asked for, at least 64 allowed. */
export const MIN_LENGTH = 15
export const MAX_LENGTH = 128

export type PasswordFault = 'too-short' | 'too-long' | 'common'

/** The same password, however a keyboard composes it (the standard names NFKC). */
export function normalisedPassword(typed: string): string {
  return typed.normalize('NFKC')
}

/**
 * What is wrong with a new password: its length in code points, or that all of it can be guessed. No rule of capitals,
 * digits or signs, and no expiry: the standard forbids both.
 * @param context what stands beside it, such as login and company: easily guessed for this user
 */
export function passwordFault(
  password: string,
  context: readonly string[],
): PasswordFault | undefined {
  const length = [...password].length
  if (length < MIN_LENGTH) return 'too-short'
  if (length > MAX_LENGTH) return 'too-long'
  return isGuessable(password, context) ? 'common' : undefined
}

/** Whether it is nothing but common words, words of the context, and runs such as 1234, aaaa and qwert. */
function isGuessable(password: string, context: readonly string[]): boolean {
  const text = password.toLowerCase()
  const own = context.flatMap((one) => one.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  const words = [...commonWords, ...own].filter((word) => word.length >= 3)
  // reached[n]: the first n characters are made of known parts.
  const reached = new Array<boolean>(text.length + 1).fill(false)
  reached[0] = true
  for (let at = 0; at < text.length; at++) {
    if (!reached[at]) continue
    for (const length of partsAt(text, at, words)) reached[at + length] = true
  }
  return reached[text.length] === true
}

function partsAt(text: string, at: number, words: readonly string[]): number[] {
  const lengths = words.filter((word) => text.startsWith(word, at)).map((word) => word.length)
  // What stands between words says little.
  if (/[\s\-_.!@#$%^&*+=,;:?/\\|~'"()[\]{}]/.test(text.charAt(at))) lengths.push(1)
  for (let length = 1; at + length <= text.length && isRun(text.slice(at, at + length)); length++) {
    if (length >= 3 || /^\d+$/.test(text.slice(at, at + length))) lengths.push(length)
  }
  return lengths
}

const rows = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'abcdefghijklmnopqrstuvwxyz']
const tracks = rows.flatMap((row) => [row + row, [...row].reverse().join('').repeat(2)])

/** One character again and again, or a way along a row of keys or the alphabet. */
function isRun(part: string): boolean {
  return new Set(part).size === 1 || tracks.some((track) => track.includes(part))
}
