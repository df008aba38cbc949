import { maxAnswerBytes } from '../host-calls/fetch-grant.ts'
import { answerRoom } from '../host-calls/fetch-room.ts'
import { type FetchRequest, httpFetchRule } from '../host-calls/fetch-rules.ts'
import { hostRefusals } from '../host-calls/host-refusals.ts'
import { type Hop, nextHop } from '../host-calls/next-hop.ts'
import { isRedirection } from '../host-calls/redirect-rules.ts'
import { latin, shownHeaders } from '../host-calls/request-headers.ts'
import { type SendableRequest, sendableRequest } from '../host-calls/sendable-request.ts'
import type { FetchAnswer } from './fetch-bodies.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'
import { lacks } from './test-answers.ts'

/** `fetch` of a test host: what may leave a real one, with its secrets put in, is answered by the test. */
export function fetchCall({ installed, answers }: MemoryPorts): MemoryCall {
  return {
    ...httpFetchRule,
    run: async ({ request, asker, grant, grants }: Admitted<FetchRequest>) => {
      const { secrets = {}, fetch } = answers
      const secret = (name: string) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined)
      const sent = await sendableRequest(request, { ...asker, grants, secret })
      if (fetch === undefined) {
        throw lacks(installed, request.url, 'fetch: (request) => new Response(…)')
      }
      const { method, redirect } = request
      const first = { ...sent, plugin: asker.plugin, grant, method, redirect }
      const most = Math.min(maxAnswerBytes(grant), answerRoom(installed.limits))
      let hop: Hop = first
      for (let followed = 0; ; followed++) {
        const response = await fetch(asRequest(hop))
        const { status } = response
        const location = isRedirection(status) ? response.headers.get('location') : null
        if (location === null || redirect === 'manual') {
          return shownAnswer(response, { hop, sent, most, redirected: followed > 0 })
        }
        hop = nextHop(hop, first, { status, location, followed })
      }
    },
  }
}

function asRequest({ method, url, headers, body }: Hop): Request {
  const pairs = headers.map(([name, value]): [string, string] => [name, value])
  const bytes = body === undefined ? {} : { body: new Uint8Array(body) }
  // Where it leads on is for this host to follow, or not.
  return new Request(url, { method, headers: pairs, redirect: 'manual', ...bytes })
}

interface Shown {
  readonly hop: Hop
  readonly sent: SendableRequest
  /** Bytes of a body. */
  readonly most: number
  readonly redirected: boolean
}

/** What of it repeats a secret has the secret's placeholder there. @throws CORE_FETCH_TOO_LARGE */
async function shownAnswer(
  response: Response,
  { hop: { url }, sent: { mask }, most, redirected }: Shown,
): Promise<FetchAnswer> {
  const bytes = Buffer.from(await response.arrayBuffer())
  if (bytes.length > most) {
    const limitKb = Math.floor(most / 1024)
    throw hostRefusals.create('FETCH_TOO_LARGE', { origin: url.origin, limitKb })
  }
  const masked = mask.bytes(bytes)
  // A `Response` holds its body unpacked, whatever its headers say.
  const wasUnpacked = response.headers.has('content-encoding') || masked !== bytes
  const shown = shownHeaders([...response.headers].flat(), wasUnpacked)
  return {
    status: response.status,
    statusText: mask.text(latin(response.statusText)),
    headers: shown.map(([name, value]) => [mask.text(name), mask.text(value)]),
    body: masked.toString('base64'),
    url: mask.text(url.href),
    redirected,
  }
}
