/** https://url.spec.whatwg.org/#concept-url, the host as it is written. */
export interface UrlRecord {
  scheme: string
  username: string
  password: string
  host: string | null
  port: number | null
  /** A text when it is opaque, as in `mailto:`. */
  path: string | string[]
  query: string | null
  fragment: string | null
}

/** Ports that are not written. https://url.spec.whatwg.org/#special-scheme */
const special: Readonly<Record<string, number | null>> = {
  __proto__: null,
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ftp: 21,
  file: null,
} as never

export const emptyRecord = (): UrlRecord => ({
  scheme: '',
  username: '',
  password: '',
  host: null,
  port: null,
  path: [],
  query: null,
  fragment: null,
})

export const isSpecial = ({ scheme }: UrlRecord): boolean => special[scheme] !== undefined
export const isSpecialScheme = (scheme: string): boolean => special[scheme] !== undefined
export const defaultPort = (scheme: string): number | null => special[scheme] ?? null
export const hasCredentials = ({ username, password }: UrlRecord): boolean =>
  username !== '' || password !== ''

/** Only of `file:` and hosts that are there can be spoken of by name and port. */
export const cannotHaveCredentials = ({ host, scheme }: UrlRecord): boolean =>
  host === null || host === '' || scheme === 'file'

export const isDriveLetter = (text: string): boolean => /^[A-Za-z][:|]$/.test(text)
export const isNormalDriveLetter = (text: string | undefined): boolean =>
  text !== undefined && /^[A-Za-z]:$/.test(text)

/** https://url.spec.whatwg.org/#shorten-a-urls-path: the drive of a `file:` stays. */
export function shortenPath({ scheme, path }: UrlRecord): void {
  if (typeof path === 'string') return
  if (scheme === 'file' && path.length === 1 && isNormalDriveLetter(path[0])) return
  path.pop()
}

/** https://url.spec.whatwg.org/#url-serializing */
export function writeUrl(url: UrlRecord, withFragment = true): string {
  let text = `${url.scheme}:`
  if (url.host !== null) {
    text += '//'
    if (hasCredentials(url)) {
      text += `${url.username}${url.password === '' ? '' : `:${url.password}`}@`
    }
    text += url.host + (url.port === null ? '' : `:${url.port}`)
  } else if (Array.isArray(url.path) && url.path.length > 1 && url.path[0] === '') {
    // Or the path would be read as a host.
    text += '/.'
  }
  text += writePath(url)
  if (url.query !== null) text += `?${url.query}`
  if (withFragment && url.fragment !== null) text += `#${url.fragment}`
  return text
}

export function writePath({ path }: UrlRecord): string {
  return typeof path === 'string' ? path : path.map((part) => `/${part}`).join('')
}
