import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import t from 'tap'
import { BoundedExport } from '../../src/tracing/span-export.ts'

const span = {} as ReadableSpan

/** Batches of two, handed on as they are full. */
function inTwos(exporter: SpanExporter): SpanProcessor {
  let batch: ReadableSpan[] = []
  return {
    onStart: () => undefined,
    onEnd(one) {
      batch.push(one)
      if (batch.length < 2) return
      exporter.export(batch, () => undefined)
      batch = []
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
}

t.test('what is held is bounded, what is being sent included, and all is counted', (t) => {
  const answers: ((code: 0 | 1) => void)[] = []
  const failures: unknown[] = []
  const stuck = {
    export: (_: unknown, told: (result: { code: number; error?: Error }) => void) => {
      answers.push((code) => told(code === 0 ? { code } : { code, error: new Error('away') }))
    },
    shutdown: async () => undefined,
  } as SpanExporter
  const bounded = new BoundedExport(stuck, inTwos, {
    maxHeld: 4,
    onFailure: (error) => failures.push(error?.message),
  })
  for (let n = 0; n < 7; n++) bounded.onEnd(span)
  t.same(bounded.counts, { exported: 0, failed: 0, dropped: 3, waiting: 4 })
  answers[0]?.(0)
  answers[1]?.(1)
  t.same(bounded.counts, { exported: 2, failed: 2, dropped: 3, waiting: 0 })
  t.same(failures, ['away'])
  bounded.onEnd(span)
  t.equal(bounded.counts.waiting, 1, 'there is room again')
  t.end()
})
