import { createHash } from 'node:crypto'
import type { Batch, BatchFailure, BatchOutcome } from '../../src/batch/batch.ts'
import { type Column, fixedColumn } from '../../src/columns/column.ts'

/** What `scalar` and `columnar` of the SDK leave in a bundle, and the bundle as `signalbox pack` makes it. */
export function udfBundle(udfs: string): string {
  return `var __signalbox_plugin = (() => {
    class Refusal extends Error {
      name = 'Refusal'
      constructor(code, message) { super(message); this.code = code }
    }
    const declare = (shape) => ({ args, returns, nulls = 'skip' }, udf) =>
      Object.assign(udf, { udf: { shape, args, returns, nulls } })
    const scalar = declare('scalar'), columnar = declare('columnar')
    return { default: { udfs: { ${udfs} } } }
  })();`
}

export interface BatchFixture {
  readonly udf?: string
  readonly rows?: number
  readonly returns?: Batch['returns']
  readonly tenant?: string
  readonly plugin?: string
  readonly deadlineMs?: number
  readonly heapMb?: number
}

export function batchOf(
  source: string,
  columns: readonly Column[],
  fixture: BatchFixture = {},
): Batch {
  return {
    isolate: {
      plugin: fixture.plugin ?? '@test/udfs',
      version: '1.0.0',
      tenant: fixture.tenant ?? 'acme',
      bundleSha256: createHash('sha256').update(source).digest('hex'),
      configJson: '{}',
      limits: { heapMb: fixture.heapMb ?? 64 },
    },
    loadBundle: async () => source,
    udf: fixture.udf ?? 'run',
    columns,
    rows: fixture.rows ?? columns[0]?.rows ?? 0,
    ...(fixture.returns === undefined ? {} : { returns: fixture.returns }),
    deadlineMs: fixture.deadlineMs ?? 20_000,
  }
}

export function f64(...values: readonly number[]): Column {
  return fixedColumn('f64', Float64Array.from(values))
}

/** The result; fails loudly with the outcome when there is none. */
export function columnOf(outcome: BatchOutcome): Column {
  if (outcome.kind === 'ok') return outcome.column
  throw new Error(`No result but ${codeOf(outcome)}`, {
    cause: outcome.kind === 'failed' ? outcome.error : outcome.message,
  })
}

/** The code a batch failed with; `ok` or `refused:CODE` when it did not fail. */
export function codeOf(outcome: BatchFailure | { readonly kind: 'ok' | 'described' }): string {
  if (outcome.kind === 'failed') return outcome.error.code
  return outcome.kind === 'refused' ? `refused:${outcome.code}` : outcome.kind
}
