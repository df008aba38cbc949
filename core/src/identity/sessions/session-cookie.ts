import { fastifyCookie } from '@fastify/cookie'
import { ABSOLUTE_S } from './session.ts'

/**
 * The cookie of a session. With https it has the prefix by which browsers keep any other host from setting it (RFC 6265bis
 * §4.1.3.2); a host on plain http, which is a laptop's, cannot have it.
 */
export class SessionCookie {
  readonly #name: string
  readonly #isSecure: boolean

  /** @param publicUrl where browsers reach the host; null: http on this machine */
  constructor(publicUrl: string | null) {
    this.#isSecure = publicUrl !== null && new URL(publicUrl).protocol === 'https:'
    this.#name = this.#isSecure ? '__Host-signalbox' : 'signalbox'
  }

  /** The secret in a request's `Cookie` header; undefined: none, or two that contradict each other. */
  read(header: string | undefined): string | undefined {
    if (header === undefined || !header.includes(`${this.#name}=`)) return undefined
    const found = header.split(';').filter((one) => one.trim().startsWith(`${this.#name}=`))
    if (found.length !== 1) return undefined
    const value = fastifyCookie.parse(header)[this.#name]
    return value === undefined || !/^[A-Za-z0-9_-]{43}$/.test(value) ? undefined : value
  }

  /** A `Set-Cookie` value. */
  write(secret: string): string {
    return fastifyCookie.serialize(this.#name, secret, { ...this.#options(), maxAge: ABSOLUTE_S })
  }

  clear(): string {
    return fastifyCookie.serialize(this.#name, '', { ...this.#options(), maxAge: 0 })
  }

  #options() {
    // Lax, so that a link in a message finds its reader signed in; what changes something asks for more: see csrf.ts.
    return { path: '/', httpOnly: true, secure: this.#isSecure, sameSite: 'lax' } as const
  }
}
