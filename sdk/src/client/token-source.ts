/** A token and how long it is good, in seconds; it is kept until a fifth of that is left. */
export interface FreshToken {
  readonly token: string
  readonly expiresInS: number
}

/**
 * A key; or what gives one. A text is asked for before each call; a `FreshToken` is kept while it is good, asked for
 * once however many calls wait for it, and anew when the host refuses it.
 */
export type TokenProvider = string | (() => string | FreshToken | Promise<string | FreshToken>)

/** Which token to send. */
export class TokenSource {
  readonly #provider: TokenProvider
  #kept: { readonly token: string; readonly until: number } | undefined
  #asking: Promise<string> | undefined

  constructor(provider: TokenProvider) {
    this.#provider = provider
  }

  async token(now: () => number): Promise<string> {
    const provider = this.#provider
    if (typeof provider === 'string') return provider
    if (this.#kept !== undefined && now() < this.#kept.until) return this.#kept.token
    this.#asking ??= this.#ask(provider, now).finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** @returns whether asking again can give another one. */
  refuse(token: string): boolean {
    if (this.#kept?.token === token) this.#kept = undefined
    return typeof this.#provider !== 'string'
  }

  async #ask(provider: Exclude<TokenProvider, string>, now: () => number): Promise<string> {
    const given = await provider()
    if (typeof given === 'string') return given
    this.#kept = { token: given.token, until: now() + given.expiresInS * 800 }
    return given.token
  }
}
