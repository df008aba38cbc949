/** Values as OpenTelemetry takes them: names, counts, codes. Never an input, an answer, a parameter or a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** As OpenTelemetry has them: asked of us, asked of others, taken from a queue, inside. */
export type SpanRole = 'server' | 'client' | 'consumer' | 'internal'

/**
 * A part of a recorded trace. Where a call is not recorded there is none, so that tracing costs such a call a look
 * at `undefined`.
 */
export interface TraceSpan {
  readonly traceId: string
  readonly spanId: string
  child(name: string, role: SpanRole, attributes?: SpanAttributes): TraceSpan
  /** A child whose times are known only later; its own children may come before. */
  later(name: string): LaterSpan
  rename(name: string): void
  set(attributes: SpanAttributes): void
  /** @param errorType the code of what went wrong; without it, all went well */
  end(errorType?: string): void
}

export interface LaterSpan extends Pick<TraceSpan, 'traceId' | 'spanId' | 'child' | 'later'> {
  /** In milliseconds since the epoch. */
  record(startMs: number, endMs: number, errorType?: string): void
}

/** What may have parts: something that is at work. */
export type ParentSpan = Pick<TraceSpan, 'traceId' | 'spanId' | 'child' | 'later'>
