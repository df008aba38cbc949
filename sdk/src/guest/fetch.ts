import { base64Of, bytesOfBase64 } from './base64.ts'
import { Body } from './body.ts'
import { Request, type RequestInit } from './request.ts'
import { Response, responseFrom } from './response.ts'
import { seam } from './seam.ts'
import type { URL } from './url.ts'

/**
 * The host call `http.fetch`. Bodies cross in base64, as a whole: a request fits into one message to the host
 * (256 KiB of text, 190 KiB of body), an answer into the payload of a call. Headers are pairs, as there may
 * be several of one name.
 */
interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | null
  readonly redirect: 'follow' | 'error' | 'manual'
}

interface FetchAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | null
  /** The last address, when redirections were followed. */
  readonly url: string
  readonly redirected: boolean
}

/**
 * https://fetch.spec.whatwg.org/#fetch-method, through the capability `http:fetch`: what is not granted rejects
 * with `CORE_GRANT_MISSING`, and an error of the host keeps its `code` beside being a TypeError's cause.
 */
export async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init)
  request.signal.throwIfAborted()
  const bytes = Body.bytesOf(request)
  const asked: FetchRequest = {
    method: request.method,
    url: request.url,
    headers: [...request.headers],
    body: bytes === null ? null : base64Of(bytes),
    redirect: request.redirect,
  }
  const answer = seam().hostCall('http.fetch', asked) as Promise<FetchAnswer>
  return responseOf(await untilAborted(answer, request))
}

/** The host goes on with the request until the call ends; who gave it up only waits no more. */
function untilAborted(answer: Promise<FetchAnswer>, { signal }: Request): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function responseOf(answer: FetchAnswer): Response {
  const { status, statusText, headers, url, redirected } = answer
  const hasBody = answer.body !== null && ![204, 205, 304].includes(status)
  const body = hasBody ? (bytesOfBase64(answer.body ?? '') ?? null) : null
  const response = new Response(body, { statusText, headers })
  return responseFrom(response, { type: 'basic', url, redirected, status })
}
