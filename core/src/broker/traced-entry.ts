import type { GuestEntry } from '@signalbox/sandbox'
import type { EventOrigin } from '@signalbox/sdk/host-calls/cloud-event'
import type { TraceContext } from '../gateway/trace-context.ts'
import type { Tracing } from '../tracing/open-tracing.ts'
import type { ParentSpan, TraceSpan } from '../tracing/trace-span.ts'

/** Of an entry call, what its part of the trace is named by. */
interface TracedEntry {
  readonly entry: Exclude<GuestEntry, { readonly kind: 'service' } | { readonly kind: 'self-test' }>
  readonly plugin: string
  readonly traceId: string
  readonly requestId: string
  readonly trace?: Pick<TraceContext, 'traceId' | 'sampled' | 'parentId'>
  readonly span?: ParentSpan | undefined
  readonly origin?: EventOrigin | undefined
}

/**
 * What comes to a plugin unasked, as a part of the trace that led to it or the beginning of one. An event goes on
 * with the trace in which it was published, however much later, and names what it correlates with.
 */
export function traceEntry(
  tracing: Pick<Tracing, 'begin'> | undefined,
  { entry, plugin, traceId, trace, span, origin, requestId }: TracedEntry,
): TraceSpan | undefined {
  const name = entry.kind === 'contribution' ? `${entry.point} ${entry.name}` : entry.name
  const about = { 'signalbox.entry': entry.kind, 'signalbox.plugin': plugin }
  if (span !== undefined) return span.child(`${entry.kind} ${name}`, 'internal', about)
  return tracing?.begin({
    trace: trace ?? { traceId, sampled: false },
    name: `${entry.kind} ${name}`,
    role: 'consumer',
    attributes: {
      ...about,
      'signalbox.request_id': requestId,
      ...(origin === undefined
        ? {}
        : {
            'messaging.system': 'signalbox',
            'messaging.operation.type': 'process',
            'messaging.destination.name': name,
            'messaging.message.id': origin.causationId,
            'messaging.message.conversation_id': origin.correlationId,
          }),
    },
  })
}
