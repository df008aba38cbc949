import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'

type ExportSpans = SpanExporter['export']

export interface ExportCounts {
  readonly exported: number
  /** Given up after the exporter's own tries: the receiver was away, slow or refused them. */
  readonly failed: number
  /** Not taken, since as many as may wait did. */
  readonly dropped: number
  readonly waiting: number
}

/** 0 and 1 of OpenTelemetry's ExportResultCode, which is in a package that we need for nothing else. */
const SUCCESS = 0

/**
 * What stands between the calls and the receiver. A bound of its own on all that is held, what is being sent
 * included, and counts of what became of it: the SDK's batches tell neither.
 */
export class BoundedExport implements SpanProcessor {
  readonly #batches: SpanProcessor
  readonly #maxHeld: number
  readonly #onFailure: (error: Error | undefined) => void
  #exported = 0
  #failed = 0
  #dropped = 0
  #held = 0

  /** @param batchesOf makes the batches over an exporter */
  constructor(
    exporter: SpanExporter,
    batchesOf: (counted: SpanExporter) => SpanProcessor,
    { maxHeld, onFailure }: { maxHeld: number; onFailure: (error: Error | undefined) => void },
  ) {
    this.#maxHeld = maxHeld
    this.#onFailure = onFailure
    this.#batches = batchesOf({
      export: (spans, told) => this.#export(exporter, spans, told),
      shutdown: () => exporter.shutdown(),
    })
  }

  get counts(): ExportCounts {
    const counts = { exported: this.#exported, failed: this.#failed, dropped: this.#dropped }
    return { ...counts, waiting: this.#held }
  }

  onStart(): void {
    // Only what has ended is exported.
  }

  onEnd(span: ReadableSpan): void {
    if (this.#held >= this.#maxHeld) {
      this.#dropped++
      return
    }
    this.#held++
    this.#batches.onEnd(span)
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush()
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown()
  }

  #export(exporter: SpanExporter, spans: ReadableSpan[], told: Parameters<ExportSpans>[1]): void {
    exporter.export(spans, (result) => {
      this.#held -= spans.length
      if (result.code === SUCCESS) this.#exported += spans.length
      else {
        this.#failed += spans.length
        this.#onFailure(result.error)
      }
      told(result)
    })
  }
}
