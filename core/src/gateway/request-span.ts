import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { actorOf } from '../identity/principal.ts'
import type { Tracing } from '../tracing/open-tracing.ts'
import type { SpanAttributes, TraceSpan } from '../tracing/trace-span.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where its trace is recorded. */
    span: TraceSpan | undefined
    /** The code it was refused with. */
    refusedBy: string | undefined
  }
}

/** Every request that is sampled, from its head to the last byte of its answer. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span')
  app.decorateRequest('refusedBy')
  app.addHook('onRequest', (request, reply, done) => {
    if (request.trace.sampled) begin(request, reply, tracing)
    done()
  })
}

export function noteRefusal(request: FastifyRequest, code: string): void {
  if (request.span !== undefined) request.refusedBy = code
}

function begin(request: FastifyRequest, reply: FastifyReply, tracing: Tracing): void {
  const { trace, method, protocol } = request
  // The pattern, never the path: it holds ids.
  const route = request.routeOptions.url
  const span = tracing.begin({
    trace,
    spanId: trace.spanId,
    name: route === undefined ? method : `${method} ${route}`,
    role: 'server',
    attributes: {
      'http.request.method': method,
      'url.scheme': protocol,
      ...(route === undefined ? {} : { 'http.route': route }),
    },
  })
  if (span === undefined) return
  request.span = span
  // Also of a connection that breaks off, of which Fastify tells nobody.
  reply.raw.once('close', () => end(span, request, reply))
}

function end(span: TraceSpan, request: FastifyRequest, { raw, statusCode }: FastifyReply): void {
  const { call, refusedBy } = request
  span.set({ 'http.response.status_code': statusCode, ...aboutCall(request) })
  if (call?.target !== undefined) {
    span.rename(`${request.method} ${call.target.service}/${call.target.operation}`)
  }
  const code = call?.failure?.code ?? refusedBy
  if (!raw.writableFinished) span.end('CORE_CALLER_LEFT')
  // What its caller did wrong is no error of the server: semantic conventions of HTTP.
  else if (statusCode >= 500) span.end(code ?? String(statusCode))
  else {
    if (code !== undefined && /^(CORE|SBX|MKT)_/.test(code)) span.set({ 'signalbox.refusal': code })
    span.end()
  }
}

function aboutCall({ call, params }: FastifyRequest): SpanAttributes {
  if (call?.target === undefined) return {}
  const { service, operation } = call.target
  const { major } = params as { readonly major: string }
  return {
    'rpc.system.name': 'signalbox',
    'rpc.method': `${service}@${major}/${operation}`,
    'signalbox.service': service,
    'signalbox.version': call.answer?.version ?? call.picked ?? 'none',
    'enduser.id': actorOf(call.principal),
  }
}
