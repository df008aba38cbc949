/** An origin as a manifest writes it: `https://api.example.com`, `https://*.example.com:8443`. */
export interface OriginPattern {
  readonly protocol: string
  /** As the URL parser writes it: lower case, punycode, addresses in their usual form. */
  readonly hostname: string
  readonly port: string
  /** `*.`: any name below the host, never the host itself. */
  readonly isBelow: boolean
}

/** @returns undefined for what is more or less than an origin: it covers nothing */
export function parseOriginPattern(text: string): OriginPattern | undefined {
  const [, scheme, star, rest] = /^(https?:\/\/)(\*\.)?([^\s*\\]+)$/.exec(text) ?? []
  if (scheme === undefined || rest === undefined || !URL.canParse(scheme + rest)) return undefined
  const url = new URL(scheme + rest)
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && !hasUser(url)
  const isBelow = star !== undefined
  // `*.com` would be half of the world.
  if (!isBare || !isPlainHost(url) || (isBelow && !url.hostname.includes('.'))) return undefined
  return { protocol: url.protocol, hostname: url.hostname, port: url.port, isBelow }
}

export function matchesOrigin(pattern: OriginPattern, url: URL): boolean {
  if (pattern.protocol !== url.protocol || pattern.port !== url.port) return false
  if (!pattern.isBelow) return pattern.hostname === url.hostname
  const end = `.${pattern.hostname}`
  return url.hostname.endsWith(end) && url.hostname.length > end.length
}

export function hasUser(url: URL): boolean {
  return url.username !== '' || url.password !== ''
}

/** No empty label: `example.com.` is the same machine by another name, which certificates and rules miss. */
export function isPlainHost({ hostname }: URL): boolean {
  return hostname !== '' && !hostname.split('.').includes('')
}
