export type HeaderPair = readonly [name: string, value: string]

/** What the host says for itself, or what belongs to one connection (RFC 9110 §7.6.1). */
const ownHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Of a body that is not sent again (https://fetch.spec.whatwg.org/#request-body-header-name). */
const bodyHeaders: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
])

/** What says who asks: it stays with the origin that it was meant for. */
const personalHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie'])

/** Names and values that HTTP has (RFC 9110 §5.1, §5.5): a line break in one would be a second header. */
export function isHeader([name, value]: HeaderPair): boolean {
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
  )
}

/** What is left of a guest's headers, as browsers leave out what a page may not set. */
export function sentHeaders(pairs: readonly HeaderPair[]): readonly HeaderPair[] {
  return pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !ownHeaders.has(name) && !/^(proxy|sec)-/.test(name))
}

/** @param hasBody whether the body is sent again */
export function redirectedHeaders(
  pairs: readonly HeaderPair[],
  { hasBody, isSameOrigin }: { hasBody: boolean; isSameOrigin: boolean },
  withSecret: ReadonlySet<string>,
): readonly HeaderPair[] {
  return pairs.filter(
    ([name]) =>
      (hasBody || !bodyHeaders.has(name)) &&
      (isSameOrigin || !(personalHeaders.has(name) || withSecret.has(name))),
  )
}

/**
 * What a guest is shown of an answer's headers: bytes that are no Latin text become what a guest's Headers take,
 * and of a body that the host has unpacked, neither packing nor length.
 * @param raw name, value, name, value …
 */
export function shownHeaders(raw: readonly string[], wasUnpacked: boolean): readonly HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    const isOfBody = name === 'content-encoding' || name === 'content-length'
    if ((wasUnpacked && isOfBody) || name === 'transfer-encoding' || name === 'connection') continue
    const pair = [name, latin(raw[at + 1] as string)] as const
    if (isHeader(pair)) pairs.push(pair)
  }
  return pairs
}

export function latin(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are a part of Latin-1
  const bytes = /[^\u0000-\u00ff]/.test(text) ? Buffer.from(text).toString('latin1') : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return bytes.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, ' ')
}
