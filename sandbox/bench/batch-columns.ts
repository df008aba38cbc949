import { createHash } from 'node:crypto'
import type { Batch } from '../src/batch/batch.ts'
import { BatchLanes } from '../src/batch/batch-lanes.ts'
import { type Column, fixedColumn } from '../src/columns/column.ts'

/**
 * What a function costs over columns in another process, beside the same arithmetic in this one. On a shared machine
 * the best of several windows is the least disturbed one; ratios inside one run mean more than a number does.
 */
const WINDOWS = 12
const ROWS = 100_000
const HEAVY_ROWS = 160_000

const source = `var __signalbox_plugin = (() => {
  const declare = (shape, args, udf) =>
    Object.assign(udf, { udf: { shape, args, returns: 'f64', nulls: 'skip' } })
  const three = ['f64', 'f64', 'f64']
  return { default: { udfs: {
    scalar: declare('scalar', three, (qty, price, discount) => qty * price * (1 - discount) + 0.5),
    columnar: declare('columnar', three, ([qty, price, discount], rows, out) => {
      const a = qty.values, b = price.values, c = discount.values
      for (let row = 0; row < rows; row++) out[row] = a[row] * b[row] * (1 - c[row]) + 0.5
      return out
    }),
    heavy: declare('scalar', ['f64'], (value) => {
      let sum = value
      for (let n = 0; n < 60; n++) sum = Math.sqrt(sum * 1.1 + n)
      return sum
    }),
  } } }
})();`

function batchOf(udf: string, columns: readonly Column[], rows: number): Batch {
  return {
    isolate: {
      plugin: '@bench/udfs',
      version: '1.0.0',
      tenant: 'bench',
      bundleSha256: createHash('sha256').update(source).digest('hex'),
      configJson: '{}',
      limits: { heapMb: 64 },
    },
    loadBundle: async () => source,
    udf,
    columns,
    rows,
    deadlineMs: 60_000,
  }
}

/** Columns of numbers that repeat after a while and are no constants to a compiler. */
function numbers(rows: number, seed: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => ((row * seed) % 1000) / 10)
}

/**
 * `columnar_100k_vs_native` and, beside it, its parts: nanoseconds a row of the loop over row objects that code without columns
 * would be (the baseline of the ratio), of a loop over typed columns, and of both shapes of a function in a batch lane.
 */
export async function columnar100kVsNative(): Promise<Record<string, number>> {
  const data = [numbers(ROWS, 7), numbers(ROWS, 13), numbers(ROWS, 31).map((each) => each / 1000)]
  const columns = data.map((values) => fixedColumn('f64', values))
  const rows = nativeRows(data)
  const lanes = await BatchLanes.start({ hasStandby: false })
  try {
    const native = await best(async () => nativeOverRows(rows))
    const typed = await best(async () => nativeOverColumns(data))
    const columnar = await best(() => run(lanes, batchOf('columnar', columns, ROWS)))
    const scalar = await best(() => run(lanes, batchOf('scalar', columns, ROWS)))
    const perRow = 1e6 / ROWS
    return {
      columnar_100k_vs_native: round(columnar / native),
      scalar_100k_vs_native: round(scalar / native),
      columnar_100k_ns: round(columnar * perRow),
      scalar_100k_ns: round(scalar * perRow),
      native_rows_ns: round(native * perRow),
      native_columns_ns: round(typed * perRow),
    }
  } finally {
    await lanes.stop()
  }
}

/** `batch_scaling_2`: how much faster a heavy function is with two threads than with one. */
export async function batchScaling(): Promise<Record<string, number>> {
  const batch = batchOf('heavy', [fixedColumn('f64', numbers(HEAVY_ROWS, 7))], HEAVY_ROWS)
  const one = await heavyMs(batch, 1)
  const two = await heavyMs(batch, 2)
  return {
    batch_scaling_2: round(one / two),
    heavy_ns_1: round((one * 1e6) / HEAVY_ROWS),
    heavy_ns_2: round((two * 1e6) / HEAVY_ROWS),
  }
}

async function heavyMs(batch: Batch, threads: number): Promise<number> {
  const lanes = await BatchLanes.start({ threads, morselRows: 20_000, hasStandby: false })
  try {
    return await best(() => run(lanes, batch))
  } finally {
    await lanes.stop()
  }
}

async function run(lanes: BatchLanes, batch: Batch): Promise<number> {
  const started = performance.now()
  const outcome = await lanes.run(batch)
  if (outcome.kind !== 'ok') throw new Error(`A batch of ${batch.udf} ended as ${outcome.kind}`)
  return performance.now() - started
}

interface Row {
  readonly qty: number
  readonly price: number
  readonly discount: number
}

function nativeRows(data: readonly Float64Array[]): readonly Row[] {
  const [qty, price, discount] = data as [Float64Array, Float64Array, Float64Array]
  return Array.from(qty, (each, row) => ({
    qty: each,
    price: price[row] as number,
    discount: discount[row] as number,
  }))
}

function nativeOverRows(rows: readonly Row[]): number {
  const started = performance.now()
  const out = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    const { qty, price, discount } = rows[row] as Row
    out[row] = qty * price * (1 - discount) + 0.5
  }
  return elapsed(started, out)
}

function nativeOverColumns(data: readonly Float64Array[]): number {
  const [qty, price, discount] = data as [Float64Array, Float64Array, Float64Array]
  const started = performance.now()
  const out = new Float64Array(qty.length)
  for (let row = 0; row < qty.length; row++) {
    out[row] = (qty[row] as number) * (price[row] as number) * (1 - (discount[row] as number)) + 0.5
  }
  return elapsed(started, out)
}

/** Looks at the result, so that no compiler leaves the loop out. */
function elapsed(started: number, out: Float64Array): number {
  const ms = performance.now() - started
  if (out[out.length - 1] === Number.MIN_VALUE) throw new Error('Nothing was computed')
  return ms
}

async function best(measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let window = 0; window < WINDOWS; window++) least = Math.min(least, await measure())
  return least
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
