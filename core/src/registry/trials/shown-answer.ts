/**
 * Whether an answer is the one that an example shows: what it shows is there, numbers to the places it writes; what it
 * leaves out may be anything. Pure.
 */
export function isAsShown(shown: unknown, answer: unknown): boolean {
  if (typeof shown === 'number') return typeof answer === 'number' && isNear(shown, answer)
  if (typeof shown !== 'object' || shown === null) return shown === answer
  if (typeof answer !== 'object' || answer === null) return false
  if (Array.isArray(shown)) {
    if (!Array.isArray(answer) || answer.length !== shown.length) return false
    return shown.every((one, index) => isAsShown(one, answer[index]))
  }
  return Object.entries(shown).every(
    ([key, value]) =>
      Object.hasOwn(answer, key) && isAsShown(value, (answer as Record<string, unknown>)[key]),
  )
}

/** Half of the last place that is written; in the notation of powers, six digits. */
function isNear(shown: number, answer: number): boolean {
  const text = String(shown)
  const places = text.split('.')[1]?.length ?? 0
  const room = text.includes('e')
    ? Math.abs(shown) * 1e-6
    : Math.max(0.5 * 10 ** -places, Math.abs(shown) * Number.EPSILON)
  // A whole number is shown whole: a count that is off by less than a half is another count.
  return Number.isInteger(shown) ? shown === answer : Math.abs(shown - answer) <= room
}
