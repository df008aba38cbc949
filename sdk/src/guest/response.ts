import { Body, type BodyInit, extractBody } from './body.ts'
import { Headers, type HeadersInit } from './headers.ts'
import { URL } from './url.ts'

export interface ResponseInit {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: HeadersInit
}

/** What a host says of an answer beyond what anyone may say who makes a Response. */
interface Origin {
  readonly type: string
  readonly url: string
  readonly redirected: boolean
  readonly status: number
}

const noBody = [101, 103, 204, 205, 304]

/** Gives a response its origin: what came from the host. */
export let responseFrom: (response: Response, origin: Partial<Origin>) => Response

/** https://fetch.spec.whatwg.org/#response-class */
export class Response extends Body {
  readonly headers: Headers
  readonly statusText: string
  #origin: Origin

  /** @throws RangeError for a status, TypeError for a body, that no answer has. */
  constructor(body: BodyInit = null, init: ResponseInit = {}) {
    const { status = 200, statusText = '' } = init
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`${status} is not a status from 200 to 599`)
    }
    const extracted = body === null || body === undefined ? undefined : extractBody(body)
    if (extracted !== undefined && noBody.includes(status)) {
      throw new TypeError(`An answer of status ${status} has no body`)
    }
    super(extracted?.bytes ?? null)
    this.statusText = `${statusText}`
    this.headers = new Headers(init.headers)
    if (extracted?.type !== undefined && !this.headers.has('content-type')) {
      this.headers.set('content-type', extracted.type)
    }
    this.#origin = { type: 'default', url: '', redirected: false, status }
  }

  static error(): Response {
    return responseFrom(new Response(), { type: 'error', status: 0 })
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(data)
    if (text === undefined) throw new TypeError('The value cannot be written as JSON')
    const response = new Response(text, init)
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) response.headers.set('content-type', 'application/json')
    return response
  }

  static redirect(url: string, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`${status} is not a status of a redirection`)
    }
    return new Response(null, { status, headers: { location: new URL(url).href } })
  }

  static {
    responseFrom = (response, origin) => {
      response.#origin = { ...response.#origin, ...origin }
      return response
    }
  }

  get type(): string {
    return this.#origin.type
  }

  get url(): string {
    return this.#origin.url
  }

  get redirected(): boolean {
    return this.#origin.redirected
  }

  get status(): number {
    return this.#origin.status
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  clone(): Response {
    this.checkUnused()
    const { statusText, headers } = this
    const copy = new Response(Body.bytesOf(this) as BodyInit, { statusText, headers })
    return responseFrom(copy, this.#origin)
  }

  get [Symbol.toStringTag](): string {
    return 'Response'
  }
}
