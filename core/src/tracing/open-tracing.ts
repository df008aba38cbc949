import { randomUUID } from 'node:crypto'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { FastifyBaseLogger } from 'fastify'
import type { TraceContext } from '../gateway/trace-context.ts'
import type { StopStack } from '../stop-stack.ts'
import { GivenIds, newSpanId, OtelSpans } from './otel-spans.ts'
import { BoundedExport, type ExportCounts } from './span-export.ts'
import type { TraceSettings } from './trace-settings.ts'
import type { SpanAttributes, SpanRole, TraceSpan } from './trace-span.ts'

/** What goes on with a trace, or begins one. */
export interface Beginning {
  readonly trace: Pick<TraceContext, 'traceId' | 'sampled' | 'parentId'>
  /** Its own, where it was drawn already. */
  readonly spanId?: string
  readonly name: string
  readonly role: SpanRole
  readonly attributes?: SpanAttributes
}

export interface Tracing {
  /**
   * Of a request, once: whoever began its trace has decided, where the operator takes callers' word, and we decide of what
   * begins here. What follows from it goes by that.
   */
  decides(trace: Pick<TraceContext, 'traceId' | 'sampled' | 'parentId'>): boolean
  /** @returns undefined when it is not recorded */
  begin(beginning: Beginning): TraceSpan | undefined
  readonly counts: ExportCounts
}

/** Held in memory at most, what is being sent included: some 4 MB. */
const MAX_HELD = 4096
const MAX_BATCH = 512
/** A receiver is given so long for a batch; `OTEL_EXPORTER_OTLP_TIMEOUT` says otherwise. */
const STOP_MS = 3000
/** How often a receiver that is away is told of in the log. */
const TELL_EVERY_MS = 60_000

/** Without it, a stack trace or an address of a long URL would go out whole. */
const spanLimits = { attributeValueLengthLimit: 256, attributeCountLimit: 32 }

interface Ports {
  readonly version: string
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/** Records what is sampled and sends it by OTLP/HTTP as JSON. What the receiver does costs no call anything. */
export function openTracing(
  settings: TraceSettings | null,
  { version, log }: Ports,
  stops: StopStack,
): Tracing | undefined {
  if (settings === null) return undefined
  const { url, sample, callersDecide } = settings
  const ids = new GivenIds()
  const exported = new BoundedExport(
    new OTLPTraceExporter({ url }),
    (exporter) =>
      new BatchSpanProcessor(exporter, { maxQueueSize: MAX_HELD, maxExportBatchSize: MAX_BATCH }),
    { maxHeld: MAX_HELD, onFailure: tellSometimes(log) },
  )
  const provider = new BasicTracerProvider({
    // What is begun has been drawn already.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    resource: resourceOf(version),
    spanProcessors: [exported],
    spanLimits,
  })
  stops.push(() => withinTime(provider.shutdown()))
  const spans = new OtelSpans(provider.getTracer('signalbox', version), ids)
  const ratio = new TraceIdRatioBasedSampler(sample)
  const isSampled: Tracing['decides'] = ({ traceId, sampled, parentId }) => {
    if (parentId !== undefined) return sampled
    return (
      ratio.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED
    )
  }
  return {
    decides: (trace) => {
      if (trace.parentId === undefined || callersDecide) return isSampled(trace)
      // Not by the trace id: its sender chose that too.
      return Math.random() < sample
    },
    begin({ trace, spanId = newSpanId(), ...about }) {
      if (!isSampled(trace)) return undefined
      const { traceId, parentId } = trace
      return spans.root({ ids: { traceId, spanId }, parentId, ...about })
    },
    get counts() {
      return exported.counts
    },
  }
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say more, or otherwise. */
function resourceOf(version: string) {
  const own = resourceFromAttributes({
    'service.name': 'signalbox',
    'service.version': version,
    'service.instance.id': randomUUID(),
  })
  return own.merge(detectResources({ detectors: [envDetector] }))
}

function tellSometimes(log: Ports['log']): (error: Error | undefined) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return (error) => {
    const now = performance.now()
    if (now - toldAt < TELL_EVERY_MS) return
    toldAt = now
    log.warn({ reason: error?.name ?? 'unknown' }, 'traces could not be exported')
  }
}

/** A receiver that is away keeps no host from stopping. */
async function withinTime(stopping: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_MS)
  })
  await Promise.race([stopping.catch(() => undefined), late])
  clearTimeout(timer)
}
