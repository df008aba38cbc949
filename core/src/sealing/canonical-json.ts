/**
 * The JSON Canonicalization Scheme (RFC 8785): one text for one value, so that it can be hashed and signed. Members in
 * the order of their UTF-16 code units, no spaces, numbers and strings as ECMAScript writes them.
 * @throws TypeError for what JSON cannot say: NaN, an infinity, a lone surrogate, a function
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${text(name)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('no JSON number')
  const scalar = typeof value === 'bigint' ? undefined : JSON.stringify(value)
  if (scalar === undefined) throw new TypeError(`no JSON: ${typeof value}`)
  return scalar
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('a lone surrogate')
  return JSON.stringify(value)
}
