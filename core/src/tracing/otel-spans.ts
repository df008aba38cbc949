import {
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { IdGenerator } from '@opentelemetry/sdk-trace-base'
import { traceRandom } from '../gateway/trace-context.ts'
import type { LaterSpan, SpanAttributes, SpanRole, TraceSpan } from './trace-span.ts'

const kinds: Readonly<Record<SpanRole, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
}

interface Ids {
  readonly traceId: string
  readonly spanId: string
}

/** The ids of a request are drawn before its span is: by them its answer, its log and its audit name it. */
export class GivenIds implements IdGenerator {
  #next: Ids | undefined

  /** The next span has these ids. Whoever gives them starts it in the same turn: every span is given its own. */
  give(ids: Ids): void {
    this.#next = ids
  }

  generateTraceId(): string {
    return this.#next?.traceId ?? traceRandom().slice(0, 32)
  }

  generateSpanId(): string {
    return this.#next?.spanId ?? newSpanId()
  }
}

export function newSpanId(): string {
  return traceRandom().slice(32)
}

interface Begun {
  readonly ids: Ids
  /** Of whoever asked; absent where the trace begins here. */
  readonly parentId: string | undefined
  readonly name: string
  readonly role: SpanRole
  readonly attributes?: SpanAttributes | undefined
  readonly startMs?: number | undefined
}

/** Spans of the SDK with their parents handed on by hand: no call pays for asynchronous context that nobody reads. */
export class OtelSpans {
  readonly #tracer: Tracer
  readonly #ids: GivenIds

  constructor(tracer: Tracer, ids: GivenIds) {
    this.#tracer = tracer
    this.#ids = ids
  }

  begin({ ids, parentId, name, role, attributes, startMs }: Begun): Span {
    this.#ids.give(ids)
    const traceFlags = TraceFlags.SAMPLED
    const parent =
      parentId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: ids.traceId,
            spanId: parentId,
            traceFlags,
            isRemote: role === 'server' || role === 'consumer',
          })
    const options = {
      kind: kinds[role],
      ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
      ...(startMs === undefined ? {} : { startTime: startMs }),
    }
    return this.#tracer.startSpan(name, options, parent)
  }

  root(begun: Omit<Begun, 'startMs'>): TraceSpan {
    return new RecordedSpan(this, begun.ids, this.begin(begun))
  }
}

abstract class Parent {
  readonly traceId: string
  readonly spanId: string
  protected readonly spans: OtelSpans

  constructor(spans: OtelSpans, { traceId, spanId }: Ids) {
    this.spans = spans
    this.traceId = traceId
    this.spanId = spanId
  }

  child(name: string, role: SpanRole, attributes?: SpanAttributes): TraceSpan {
    const ids = { traceId: this.traceId, spanId: newSpanId() }
    const span = this.spans.begin({ ids, parentId: this.spanId, name, role, attributes })
    return new RecordedSpan(this.spans, ids, span)
  }

  later(name: string): LaterSpan {
    return new UnrecordedSpan(this.spans, this, name)
  }
}

class RecordedSpan extends Parent implements TraceSpan {
  readonly #span: Span

  constructor(spans: OtelSpans, ids: Ids, span: Span) {
    super(spans, ids)
    this.#span = span
  }

  rename(name: string): void {
    this.#span.updateName(name)
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes })
  }

  end(errorType?: string): void {
    endSpan(this.#span, errorType)
  }
}

class UnrecordedSpan extends Parent implements LaterSpan {
  readonly #parentId: string
  readonly #name: string

  constructor(spans: OtelSpans, parent: Ids, name: string) {
    super(spans, { traceId: parent.traceId, spanId: newSpanId() })
    this.#parentId = parent.spanId
    this.#name = name
  }

  record(startMs: number, endMs: number, errorType?: string): void {
    const { traceId, spanId } = this
    const span = this.spans.begin({
      ids: { traceId, spanId },
      parentId: this.#parentId,
      name: this.#name,
      role: 'internal',
      startMs,
    })
    endSpan(span, errorType, Math.max(startMs, endMs))
  }
}

function endSpan(span: Span, errorType: string | undefined, endMs?: number): void {
  if (errorType !== undefined) {
    span.setAttribute('error.type', errorType)
    // The code alone: a message may name what was asked for.
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorType })
  }
  span.end(endMs)
}
