/** A server may decode a path again behind a proxy that did; more often than this nobody does. */
const MAX_READINGS = 6

/**
 * Whether a path is below a prefix in every way a server could read it. The URL parser has resolved dot
 * segments; what only a server would decode (`..%2f`, `%252e%252e`, `..;`) is looked at here.
 * @param pathname as the URL parser gives it
 * @param prefix as a manifest writes it; it ends at a border of segments: `/v1` covers `/v1` and `/v1/x`
 */
export function isWithinPrefix(pathname: string, prefix: string): boolean {
  const granted = new URL(prefix, 'https://any.example').pathname
  const isBelow = granted.endsWith('/')
    ? pathname.startsWith(granted)
    : pathname === granted || pathname.startsWith(`${granted}/`)
  return isBelow && readingsOf(pathname).every((reading) => !climbs(reading))
}

/** The path, and what it becomes each time it is decoded, as long as it becomes another. */
function readingsOf(pathname: string): readonly string[] {
  const readings = [pathname]
  for (;;) {
    const last = readings.at(-1) as string
    const next = decoded(last)
    if (next === last) return readings
    // Deeper than anybody writes: taken for the worst.
    if (readings.length === MAX_READINGS) return [...readings, '/..']
    readings.push(next)
  }
}

/** Each escape for itself: one that is broken must not hide another. Bytes beyond ASCII divide nothing. */
function decoded(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** `..;a` is `..` to servers with parameters in paths; a control character ends a path for some. */
function climbs(reading: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(reading)) return true
  return reading
    .split(/[/\\]/)
    .map((segment) => segment.replace(/;.*$/s, ''))
    .some((segment) => segment === '.' || segment === '..')
}
