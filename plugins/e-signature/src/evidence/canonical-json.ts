/**
 * JSON that is the same text for the same value: keys sorted by code units, no spaces, numbers as ECMAScript writes them
 * (RFC 8785, JSON Canonicalization Scheme). What came out of a database has the digest of what went in.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(fields).filter((key) => fields[key] !== undefined)
  const parts = keys.toSorted().map((key) => `${JSON.stringify(key)}:${canonicalJson(fields[key])}`)
  return `{${parts.join(',')}}`
}
