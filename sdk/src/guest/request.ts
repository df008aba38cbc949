import { AbortController, type AbortSignal } from './abort.ts'
import { Body, type BodyInit, extractBody } from './body.ts'
import { Headers, type HeadersInit } from './headers.ts'
import { URL } from './url.ts'

export interface RequestInit {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: BodyInit
  readonly redirect?: 'follow' | 'error' | 'manual'
  readonly signal?: AbortSignal | null
}

/** https://fetch.spec.whatwg.org/#request-class, of it what has a meaning outside of a browser. */
export class Request extends Body {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly redirect: 'follow' | 'error' | 'manual'
  readonly signal: AbortSignal

  /** @throws TypeError for an address or a method that cannot be asked. */
  constructor(input: string | URL | Request, init: RequestInit = {}) {
    const base = input instanceof Request ? input : undefined
    const method = methodOf(init.method ?? base?.method ?? 'GET')
    const { bytes, type } = bodyOf(base, init.body)
    if (bytes !== null && (method === 'GET' || method === 'HEAD')) {
      throw new TypeError(`A request by ${method} has no body`)
    }
    super(bytes)
    this.method = method
    this.url = addressOf(base?.url ?? `${input}`)
    this.headers = new Headers(init.headers ?? base?.headers)
    this.redirect = init.redirect ?? base?.redirect ?? 'follow'
    this.signal = init.signal ?? base?.signal ?? new AbortController().signal
    if (type !== undefined && !this.headers.has('content-type')) {
      this.headers.set('content-type', type)
    }
  }

  clone(): Request {
    this.checkUnused()
    return new Request(this)
  }

  get [Symbol.toStringTag](): string {
    return 'Request'
  }
}

function bodyOf(base: Request | undefined, body: BodyInit | undefined) {
  if (body !== undefined && body !== null) return extractBody(body)
  base?.checkUnused()
  const bytes = base === undefined || body === null ? null : Body.bytesOf(base)
  return { bytes, type: undefined }
}

function addressOf(input: string): string {
  const url = new URL(input)
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('An address with a name and a password is not asked: send a header')
  }
  return url.href
}

/** Names that browsers write in capitals; others stay as they are. */
function methodOf(name: string): string {
  const upper = `${name}`.toUpperCase()
  if (['CONNECT', 'TRACE', 'TRACK'].includes(upper) || !/^[A-Za-z-]+$/.test(upper)) {
    throw new TypeError(`"${name}" is not a method that can be asked`)
  }
  return ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'].includes(upper) ? upper : `${name}`
}
