/** Hosts of whoever develops on the machine that the browser runs on; any port of them may be meant. */
const developing = /^http:\/\/(?:localhost|127\.0\.0\.1)(?=:\d{1,5}$|$)/

const anyPort: ReadonlySet<string> = new Set(['http://localhost:*', 'http://127.0.0.1:*'])

/**
 * An origin that an app may list, as browsers write it (RFC 6454 §6.2; host in ASCII and lower case, no default port):
 * https, or a page under development on the machine itself, there also with `*` for its port. A star anywhere else would
 * let in whoever gets a name below a domain.
 * @returns undefined for anything else: it has a path, a user, another scheme
 */
export function parseAllowedOrigin(text: string): string | undefined {
  if (anyPort.has(text)) return text
  const url = URL.parse(text)
  if (url === null || url.hostname.includes('*')) return undefined
  const isBare = url.href === `${url.origin}/`
  const mayBe = url.protocol === 'https:' || developing.test(url.origin)
  return isBare && mayBe ? url.origin : undefined
}

/** Whether a page of this origin is meant by the list. Nothing is parsed: browsers write origins in one form alone. */
export function isListed(origins: Iterable<string>, origin: string): boolean {
  const local = developing.exec(origin)?.[0]
  for (const one of origins) {
    if (one === origin || (local !== undefined && one === `${local}:*`)) return true
  }
  return false
}
