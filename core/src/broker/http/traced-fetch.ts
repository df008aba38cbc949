import { traceparent } from '../../gateway/trace-context.ts'
import type { CallScope } from '../call-scope.ts'
import { errorTypeOf } from '../traced-host-call.ts'
import type { InboundAnswer, OutboundRequest } from './fetcher.ts'

/** Those of RFC 9110 and RFC 5789; any other is a plugin's own text. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])

/**
 * A request to elsewhere as a part of the trace, by its origin: paths and queries hold what is asked for. Whoever is
 * asked is told of the trace, as W3C Trace Context has it, unless the plugin says one of its own.
 */
export async function tracedFetch(
  { span }: CallScope,
  request: OutboundRequest,
  send: (request: OutboundRequest) => Promise<InboundAnswer>,
): Promise<InboundAnswer> {
  if (span === undefined) return send(request)
  const { method, url, headers } = request
  const known = methods.has(method) ? method : '_OTHER'
  const part = span.child(known === '_OTHER' ? 'HTTP' : known, 'client', {
    'http.request.method': known,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    'url.scheme': url.protocol.slice(0, -1),
  })
  const says = headers.some(([name]) => name.toLowerCase() === 'traceparent')
  const own = ['traceparent', traceparent({ ...idsOf(part), sampled: true })] as const
  try {
    const answer = await send(says ? request : { ...request, headers: [...headers, own] })
    part.set({ 'http.response.status_code': answer.status })
    part.end(answer.status >= 400 ? String(answer.status) : undefined)
    return answer
  } catch (error) {
    part.end(errorTypeOf(error))
    throw error
  }
}

function idsOf({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }) {
  return { traceId, spanId }
}
