import { encodeSets, percentEncode } from './percent-encoding.ts'
import { changePart, parseUrl } from './url-parser.ts'
import { cannotHaveCredentials, type UrlRecord, writePath, writeUrl } from './url-record.ts'
import { attach, refill, type URLSearchParams } from './url-search-params.ts'

/** https://url.spec.whatwg.org/#url-class; blobs have no addresses here. */
export class URL {
  #url: UrlRecord
  /** Made when it is first asked for: most addresses are never asked. */
  #parameters: URLSearchParams | undefined

  /** @throws TypeError for a text that is no address. */
  constructor(input: string | URL, base?: string | URL) {
    const url = parse(input, base)
    if (url === undefined) throw invalid(input)
    this.#url = url
  }

  static parse(input: string | URL, base?: string | URL): URL | null {
    return URL.canParse(input, base) ? new URL(input, base) : null
  }

  static canParse(input: string | URL, base?: string | URL): boolean {
    return parse(input, base) !== undefined
  }

  get href(): string {
    return writeUrl(this.#url)
  }

  set href(text: string) {
    const url = parseUrl(`${text}`)
    if (url === undefined) throw invalid(text)
    this.#url = url
    this.#follow()
  }

  get origin(): string {
    const { scheme, host, port } = this.#url
    // A blob is at home where its own address says.
    if (scheme === 'blob') {
      const inner = parseUrl(writePath(this.#url))
      return inner !== undefined && /^https?$/.test(inner.scheme) ? originOf(inner) : 'null'
    }
    return /^(https?|wss?|ftp)$/.test(scheme) ? originOf({ scheme, host, port }) : 'null'
  }

  get protocol(): string {
    return `${this.#url.scheme}:`
  }

  set protocol(text: string) {
    changePart(this.#url, 'scheme', `${text}:`)
  }

  get username(): string {
    return this.#url.username
  }

  set username(text: string) {
    if (cannotHaveCredentials(this.#url)) return
    this.#url.username = percentEncode(`${text}`.toWellFormed(), encodeSets.userinfo)
  }

  get password(): string {
    return this.#url.password
  }

  set password(text: string) {
    if (cannotHaveCredentials(this.#url)) return
    this.#url.password = percentEncode(`${text}`.toWellFormed(), encodeSets.userinfo)
  }

  get host(): string {
    const { host, port } = this.#url
    return host === null ? '' : host + (port === null ? '' : `:${port}`)
  }

  set host(text: string) {
    if (Array.isArray(this.#url.path)) changePart(this.#url, 'host', `${text}`)
  }

  get hostname(): string {
    return this.#url.host ?? ''
  }

  set hostname(text: string) {
    if (Array.isArray(this.#url.path)) changePart(this.#url, 'hostname', `${text}`)
  }

  get port(): string {
    return `${this.#url.port ?? ''}`
  }

  set port(text: string) {
    if (cannotHaveCredentials(this.#url)) return
    if (`${text}` === '') this.#url.port = null
    else changePart(this.#url, 'port', `${text}`)
  }

  get pathname(): string {
    return writePath(this.#url)
  }

  set pathname(text: string) {
    if (!Array.isArray(this.#url.path)) return
    this.#url.path = []
    changePart(this.#url, 'path', `${text}`)
  }

  get search(): string {
    const { query } = this.#url
    return query === null || query === '' ? '' : `?${query}`
  }

  set search(text: string) {
    const given = `${text}`
    this.#url.query = given === '' ? null : ''
    if (given !== '') changePart(this.#url, 'query', given.replace(/^\?/, ''))
    this.#follow()
  }

  get searchParams(): URLSearchParams {
    this.#parameters ??= attach(this.#url.query ?? '', (query) => {
      this.#url.query = query === '' ? null : query
    })
    return this.#parameters
  }

  get hash(): string {
    const { fragment } = this.#url
    return fragment === null || fragment === '' ? '' : `#${fragment}`
  }

  set hash(text: string) {
    const given = `${text}`
    this.#url.fragment = given === '' ? null : ''
    if (given !== '') changePart(this.#url, 'fragment', given.replace(/^#/, ''))
  }

  toString(): string {
    return this.href
  }

  toJSON(): string {
    return this.href
  }

  get [Symbol.toStringTag](): string {
    return 'URL'
  }

  #follow(): void {
    if (this.#parameters !== undefined) refill(this.#parameters, this.#url.query ?? '')
  }
}

function parse(input: string | URL, base: string | URL | undefined): UrlRecord | undefined {
  if (base === undefined) return parseUrl(`${input}`)
  const parsed = parseUrl(`${base}`)
  return parsed === undefined ? undefined : parseUrl(`${input}`, parsed)
}

function originOf({ scheme, host, port }: Pick<UrlRecord, 'scheme' | 'host' | 'port'>): string {
  return `${scheme}://${host}${port === null ? '' : `:${port}`}`
}

function invalid(input: unknown): TypeError {
  const error = new TypeError('Invalid URL')
  return Object.assign(error, { code: 'ERR_INVALID_URL', input: `${input}` })
}
