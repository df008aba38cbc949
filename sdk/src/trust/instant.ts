/** RFC 3339 in UTC, as `Date` writes it: one text for one instant. */
export function isInstant(value: unknown): value is string {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return false
  return new Date(value).toISOString() === value
}
