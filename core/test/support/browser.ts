import type { Problem } from '../../src/gateway/problem.ts'

export interface Answer<Body> {
  readonly status: number
  readonly body: Body & Partial<Problem>
  readonly headers: Headers
}

/** What a browser with a page of the host does: keeps the cookie, repeats the token. */
export class Browser {
  readonly url: string
  cookie: string | undefined
  csrf: string | undefined

  constructor(url: string) {
    this.url = url
  }

  /** The same person at another node. */
  at(url: string): Browser {
    const other = new Browser(url)
    other.cookie = this.cookie
    other.csrf = this.csrf
    return other
  }

  async ask<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(this.csrf === undefined ? {} : { 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.cookie = cookie.split(';', 1)[0]
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const parsed = (isJson ? JSON.parse(text) : { text }) as Body & { csrfToken?: string }
    if (parsed.csrfToken !== undefined) this.csrf = parsed.csrfToken
    return { status: response.status, body: parsed, headers: response.headers }
  }

  signIn(tenant: string, login: string, password: string) {
    return this.ask<{ next: string; ticket: string; session: string }>('POST', '/v1/sign-in', {
      tenant,
      login,
      password,
    })
  }
}
