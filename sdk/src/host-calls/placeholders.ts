import type { HeaderPair } from './request-headers.ts'

/**
 * What a guest writes where a secret shall stand: `{{secret:weather-key}}`, and as the credentials of Basic
 * authentication (RFC 7617) `{{basic:user:weather-key}}`, the user in percent-encoding. It says which secret,
 * nothing more: whether it is put in is decided by grants, each time.
 */
const inText = /\{\{(secret|basic):(?:([^{}:]{0,600}):)?([^{}:]{0,100})\}\}/g

/** In a query the braces and the colon may be written as escapes. */
const inQuery = /(?:\{|%7b){2}(secret)(?::|%3a)([a-z][a-z0-9_-]{0,99})(?:\}|%7d){2}/gi
const basicInQuery = /(?:\{|%7b){2}basic(?::|%3a)/i

export interface RequestParts {
  readonly url: URL
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer | undefined
}

export interface PlacedSecret {
  readonly name: string
  /** Undefined: as it is. A text: of Basic authentication, for this user. */
  readonly user: string | undefined
}

/** Which secrets a request names where they are put in. */
export function placedSecrets({ url, headers }: Omit<RequestParts, 'body'>): PlacedSecret[] {
  const placed = headers.flatMap(([, value]) => [...value.matchAll(inText)].map(placedOf))
  const asked = [...url.search.matchAll(inQuery)].map((match) => ({
    name: match[2] as string,
    user: undefined,
  }))
  return [...placed, ...asked]
}

/** A secret that stands where none is put in: what was meant would be sent as a text that means nothing. */
export function misplacedSecret({
  url,
  body,
}: RequestParts): { readonly name: string; readonly place: 'path' | 'query' | 'body' } | undefined {
  const path = firstIn(readable(url.pathname))
  if (path !== undefined) return { name: path, place: 'path' }
  if (basicInQuery.test(url.search)) {
    return { name: firstIn(readable(url.search)) ?? '?', place: 'query' }
  }
  const text = body === undefined ? undefined : firstIn(body.toString('latin1'))
  return text === undefined ? undefined : { name: text, place: 'body' }
}

/** @param values by name; each that is placed is there */
export function putSecrets(
  { url, headers }: Omit<RequestParts, 'body'>,
  values: ReadonlyMap<string, string>,
): {
  readonly url: URL
  readonly headers: readonly HeaderPair[]
  /** Names of headers that hold a secret now. */
  readonly withSecret: ReadonlySet<string>
} {
  const withSecret = new Set<string>()
  const filled = headers.map(([name, value]) => {
    const text = value.replace(inText, (...match) => {
      withSecret.add(name)
      const { name: secret, user } = placedOf(match)
      const given = values.get(secret) ?? ''
      return user === undefined ? given : basicToken(user, given)
    })
    return [name, text] as const
  })
  const target = new URL(url)
  target.search = url.search.replace(inQuery, (_, __, name: string) =>
    encodeURIComponent(values.get(name) ?? ''),
  )
  return { url: target, headers: filled, withSecret }
}

export function basicToken(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64')
}

function placedOf([, kind, user, name]: readonly unknown[]): PlacedSecret {
  const isBasic = kind === 'basic'
  return { name: name as string, user: isBasic ? readable((user as string) ?? '') : undefined }
}

function firstIn(text: string): string | undefined {
  const match = new RegExp(inText.source).exec(text)
  return match === null ? undefined : match[3]
}

function readable(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
