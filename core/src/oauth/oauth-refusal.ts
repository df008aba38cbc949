/** RFC 6749 §5.2, RFC 7009 §2.2.1, RFC 8707 §2; what has no word there is the server's. */
export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unsupported_token_type'
  | 'temporarily_unavailable'
  | 'server_error'

const statusOf: Readonly<Partial<Record<OAuthCode, number>>> = {
  invalid_client: 401,
  temporarily_unavailable: 503,
  server_error: 500,
}

/** A refusal in the words of OAuth: clients of any library read it, so it is no problem document. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal'
  readonly code: OAuthCode
  readonly status: number
  readonly retryAfterS: number | undefined
  /** The client's secret was sent, and wrong. */
  readonly isGuess: boolean

  /** @param description for developers; what RFC 6749 §5.2 does not allow in it is replaced */
  constructor(
    code: OAuthCode,
    description: string,
    more: {
      readonly status?: number
      readonly retryAfterS?: number
      readonly isGuess?: boolean
      readonly cause?: unknown
    } = {},
  ) {
    super(description.replaceAll(/[^\x20-\x7e]|["\\]/g, "'"), { cause: more.cause })
    this.code = code
    this.status = more.status ?? statusOf[code] ?? 400
    this.retryAfterS = more.retryAfterS
    this.isGuess = more.isGuess ?? false
  }

  static because(cause: unknown, code: OAuthCode, description: string): OAuthRefusal {
    return new OAuthRefusal(code, description, { cause })
  }

  get body(): { readonly error: OAuthCode; readonly error_description: string } {
    return { error: this.code, error_description: this.message }
  }
}
