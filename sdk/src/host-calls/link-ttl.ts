const secondsOf = { m: 60, h: 3600, d: 86_400 } as const

/** A year: a link that lasts longer is an account in all but name. */
const MAX_S = 366 * secondsOf.d

/** `30m`, `12h`, `7d` in seconds; undefined for anything else, and for more than a year. */
export function ttlSeconds(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text)
  if (match === null) return undefined
  const seconds = Number(match[1]) * secondsOf[match[2] as keyof typeof secondsOf]
  return seconds <= MAX_S ? seconds : undefined
}
