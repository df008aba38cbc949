const form = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?/

/** A date of ISO 32000-2, 7.9.4, in milliseconds since the epoch; without a zone it is taken for UTC. */
export function claimedTime(text: string | undefined): number | undefined {
  const match = form.exec(text ?? '')
  if (match === null) return undefined
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part))) as [number]
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const sign = match[8] === '-' ? 1 : -1
  const zone = match[8] === undefined ? 0 : Number(match[9]) * 60 + Number(match[10] ?? 0)
  const time = at + sign * zone * 60_000
  // Beyond it RFC 3339 has no text for it.
  return time >= Date.UTC(0, 0) && time < Date.UTC(9999, 11) ? time : undefined
}
