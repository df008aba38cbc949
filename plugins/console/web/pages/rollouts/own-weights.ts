import type { Step } from './rollout.ts'

interface Hold {
  readonly minutes: number
  readonly calls: number
}

/**
 * Steps by weights that a person writes in percent; the last one is all calls.
 * @returns undefined where they do not rise above 0 up to 100
 */
export function stepsByWeights(text: string, hold: Hold): readonly Step[] | undefined {
  const shares = text
    .split(/[\s,，、%]+/)
    .filter((part) => part !== '')
    .map(Number)
  const isRising = shares.every((share, index) => share > (shares[index - 1] ?? 0) && share <= 100)
  if (shares.length === 0 || !isRising) return undefined
  const all = shares.at(-1) === 100 ? shares : [...shares, 100]
  return all.map((share) => ({
    weightBp: Math.round(share * 100),
    hold:
      share === 100 ? {} : { durationMs: Math.round(hold.minutes * 60_000), exposures: hold.calls },
  }))
}
