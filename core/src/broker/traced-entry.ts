import type { TraceSpan } from '../tracing/trace-span.ts'
import type { EntryCall, EntryPorts } from './entry-call.ts'

/**
 * What comes to a plugin unasked, as a part of the trace that led to it or the beginning of one. An event goes on
 * with the trace in which it was published, however much later, and names what it correlates with.
 */
export function traceEntry(
  tracing: EntryPorts['tracing'],
  { entry, plugin, traceId, trace, span, origin, requestId }: EntryCall,
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
