import { maxAnswerBytes } from '@signalbox/sdk/host-calls/fetch-grant'
import { answerRoom } from '@signalbox/sdk/host-calls/fetch-room'
import { type FetchRequest, httpFetchRule, shown } from '@signalbox/sdk/host-calls/fetch-rules'
import { placedSecrets } from '@signalbox/sdk/host-calls/placeholders'
import { isSafe } from '@signalbox/sdk/host-calls/redirect-rules'
import { sentHeaders } from '@signalbox/sdk/host-calls/request-headers'
import { secretGrant } from '@signalbox/sdk/host-calls/secret-grant'
import { sendableRequest, targetOf } from '@signalbox/sdk/host-calls/sendable-request'
import { coreErrors } from '../../errors.ts'
import type { SecretName } from '../../secrets/secret-store.ts'
import type { CallScope } from '../call-scope.ts'
import type { GrantedCall, HostCall } from '../host-call.ts'
import type { InboundAnswer, OutboundRequest } from './fetcher.ts'
import type { Flights } from './flights.ts'
import { tracedFetch } from './traced-fetch.ts'

/** Nobody waits longer for one request, however long the call may. */
const MAX_MS = 30_000

export interface FetchPorts {
  readonly fetch: (request: OutboundRequest) => Promise<InboundAnswer>
  readonly secret: (name: SecretName) => Promise<string | undefined>
  readonly flights: Flights
  readonly now: () => number
}

/** `fetch` of a guest: what a grant of `http:fetch` covers, with the secrets that one of `secret:use` gives. */
export function httpFetch(ports: FetchPorts): HostCall {
  return {
    ...httpFetchRule,
    leansOn: ({ request, grants }: GrantedCall<FetchRequest>) => {
      const url = targetOf(request.url)
      const placed = placedSecrets({ url, headers: sentHeaders(request.headers) })
      const used = placed.map(({ name }) => secretGrant(grants, name, url))
      return [...new Set(used)].filter((grant) => grant !== undefined)
    },
    audit: ({ request: { method, url } }: GrantedCall<FetchRequest>) => {
      if (isSafe(method)) return undefined
      const { origin, pathname } = targetOf(url)
      return { subject: origin, detail: { method, origin, path: shown(pathname) } }
    },
    run: async (call: GrantedCall<FetchRequest>) => {
      const { plugin } = call.scope.version
      const flight = ports.flights.begin(ownerOf(call.scope))
      if ('limit' in flight) {
        const parameters = { plugin, limit: flight.limit }
        throw coreErrors.create('FETCH_BUSY', parameters, { retryAfterS: 1 })
      }
      try {
        const request = await outbound(ports, call)
        return shownAnswer(await tracedFetch(call.scope, request, ports.fetch))
      } finally {
        flight.end()
      }
    },
    moved: ({ body: sent }: FetchRequest, { body: received }: { readonly body: string }) => ({
      sent: Buffer.byteLength(sent ?? '', 'base64'),
      received: Buffer.byteLength(received, 'base64'),
    }),
  }
}

async function outbound(
  ports: FetchPorts,
  { scope, request, grant, grants, signal }: GrantedCall<FetchRequest>,
): Promise<OutboundRequest> {
  const { tenant, version } = scope
  const { plugin } = version
  const { method, redirect } = request
  const secret = (name: string) => ports.secret({ tenant, plugin, name })
  const sent = await sendableRequest(request, { tenant, plugin, grants, secret })
  const timeoutMs = Math.min(Math.ceil(scope.deadline - ports.now()), MAX_MS)
  if (timeoutMs <= 0) throw coreErrors.create('FETCH_TIMEOUT', { origin: sent.url.origin })
  return {
    ...sent,
    plugin,
    owner: ownerOf(scope),
    grant,
    method,
    redirect,
    maxBytes: Math.min(maxAnswerBytes(grant), answerRoom(version.limits)),
    timeoutMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }
}

function ownerOf({ tenant, version }: CallScope): string {
  return `${tenant} ${version.plugin}`
}

function shownAnswer({ body, ...answer }: InboundAnswer) {
  return { ...answer, body: body.toString('base64') }
}
