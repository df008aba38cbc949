import type { FetchRequest } from '../host-calls/fetch-rules.ts'

/** What a host answers `http.fetch` with: see sdk/src/guest/fetch.ts. */
export interface FetchAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly url: string
  readonly redirected: boolean
}

/** What a handler gave to `fetch`, as the host call that the sandbox makes of it. */
export async function askedOf(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<FetchRequest> {
  const request = new Request(input, init)
  const body = request.body === null ? null : Buffer.from(await request.arrayBuffer())
  return {
    method: request.method,
    url: request.url,
    headers: [...request.headers],
    body: body === null ? null : body.toString('base64'),
    redirect: request.redirect,
  }
}

export function responseOf(answer: FetchAnswer): Response {
  const { status, statusText, headers, body, url, redirected } = answer
  const hasBody = ![204, 205, 304].includes(status)
  const pairs = headers.map(([name, value]): [string, string] => [name, value])
  const response = new Response(hasBody ? Buffer.from(body, 'base64') : null, {
    status,
    statusText,
    headers: pairs,
  })
  // Only a network's answer has them otherwise.
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
  })
}
