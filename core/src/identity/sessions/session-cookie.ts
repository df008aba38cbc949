import { ABSOLUTE_S } from './session.ts'

interface Options {
  /** Of another cookie with the same properties. */
  readonly name?: string
  readonly maxAgeS?: number
  /** Before the secret: whose it is, where one cookie is of several kinds. A browser has one of them at a time. */
  readonly mark?: string
}

/**
 * The cookie of a session. With https it has the prefix by which browsers keep any other host from setting it (RFC 6265bis
 * §4.1.3.2); a host on plain http, which is a laptop's, cannot have it.
 */
export class SessionCookie {
  readonly #name: string
  readonly #isSecure: boolean
  readonly #maxAgeS: number
  readonly #mark: string

  /** @param publicUrl where browsers reach the host; null: http on this machine */
  constructor(
    publicUrl: string | null,
    { name = 'signalbox', maxAgeS = ABSOLUTE_S, mark = '' }: Options = {},
  ) {
    this.#isSecure = publicUrl !== null && new URL(publicUrl).protocol === 'https:'
    this.#name = this.#isSecure ? `__Host-${name}` : name
    this.#maxAgeS = maxAgeS
    this.#mark = mark
  }

  /** The secret in a request's `Cookie` header; undefined: none, or two that contradict each other. */
  read(header: string | undefined): string | undefined {
    const found = (header ?? '')
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one.startsWith(`${this.#name}=`))
    const [only = '', second] = found
    const value = only.slice(this.#name.length + 1)
    if (second !== undefined || !value.startsWith(this.#mark)) return undefined
    const secret = value.slice(this.#mark.length)
    return /^[A-Za-z0-9_-]{43}$/.test(secret) ? secret : undefined
  }

  /** A `Set-Cookie` value. @param secret base64url, which needs no quoting */
  write(secret: string): string {
    return this.#line(`${this.#mark}${secret}`, this.#maxAgeS)
  }

  clear(): string {
    return this.#line('', 0)
  }

  #line(value: string, maxAgeS: number): string {
    // Lax, so that a link in a message finds its reader signed in; what changes something asks for more: see csrf.ts.
    const line = `${this.#name}=${value}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Lax`
    return this.#isSecure ? `${line}; Secure` : line
  }
}
