import type { CodedError } from '@signalbox/sdk/errors'
import type { LaneFault } from '../lane/lane-fault.ts'
import { sandboxErrors } from '../sandbox-errors.ts'
import type { Batch, BatchFailure, BatchTarget } from './batch.ts'
import { MAX_RESULT_BYTES } from './batch-limits.ts'
import type { MorselReport } from './wire.ts'

/** A guest's message in an error is for logs: long enough to recognise, too short to carry data out. */
const MAX_REASON_LENGTH = 200

/** What an error tells of the batch it happened to. */
interface RunView {
  readonly target: BatchTarget
  readonly batch: Batch | undefined
  readonly deadlineMs: number
  readonly morselMs: number
}

interface RowRange {
  readonly from: number
  readonly to: number
}

type Who = { readonly plugin: string; readonly version: string; readonly udf: string }

export function whoOf({ target }: RunView): Who {
  const { plugin, version } = target.isolate
  return { plugin, version, udf: target.udf }
}

/** What the failure of a morsel is called outside. */
export function morselError(
  run: RunView,
  morsel: RowRange,
  report: Exclude<MorselReport, { kind: 'ok' | 'described' }>,
): BatchFailure {
  const who = whoOf(run)
  const rows = rowsOf(morsel, report.row)
  const fail = (error: CodedError, blame: 'plugin' | 'host' = 'plugin'): BatchFailure => ({
    kind: 'failed',
    error,
    blame,
  })
  if (report.kind === 'refused') {
    const reason = `a Refusal with the code "${shortened(report.code)}"`
    return fail(sandboxErrors.create('BATCH_UDF_THREW', { ...who, rows, reason }))
  }
  const { fault } = report
  const detail = shortened(report.detail)
  switch (fault) {
    case 'turn-timeout':
      return fail(timeoutError(run, morsel, run.morselMs))
    case 'memory':
      return fail(memoryError(run, `over ${run.target.isolate.limits.heapMb} MiB of heap`))
    case 'result': {
      const expected = run.batch?.returns ?? 'the declared type, one value a row'
      return fail(sandboxErrors.create('BATCH_RESULT', { ...who, rows, found: detail, expected }))
    }
    case 'output-too-large': {
      const limit = MAX_RESULT_BYTES
      return fail(
        sandboxErrors.create('BATCH_OUTPUT_TOO_LARGE', { ...who, rows, reached: detail, limit }),
      )
    }
    case 'udf-missing':
      return fail(sandboxErrors.create('BATCH_UDF_MISSING', who))
    case 'signature':
      return fail(sandboxErrors.create('BATCH_SIGNATURE', { ...who, reason: detail }))
    case 'arguments':
      return fail(argumentsError(run, detail), 'host')
    case 'load-failed':
      return fail(sandboxErrors.create('BATCH_LOAD_FAILED', { ...who, reason: detail }))
    default:
      return fail(sandboxErrors.create('BATCH_UDF_THREW', { ...who, rows, reason: detail }))
  }
}

export function argumentsError(run: RunView, expected: string): CodedError {
  const found = (run.batch?.columns ?? []).map(({ type, rows }) => `${type} of ${rows} rows`)
  return sandboxErrors.create('BATCH_ARGUMENTS', {
    ...whoOf(run),
    expected,
    found: found.join(', '),
  })
}

/** How far a worker was with a morsel: not begun, loading its bundle, running its function. */
export type Phase = 'start' | 'load' | 'run'

/** What a batch is told whose morsel ended a whole process. */
export function lossError(
  run: RunView,
  morsel: RowRange,
  fault: LaneFault,
  seen: { readonly phase: Phase; readonly ms: number; readonly residentMb: number },
): CodedError {
  if (fault.kind === 'turn-timeout' && seen.phase === 'run')
    return timeoutError(run, morsel, seen.ms)
  if (fault.kind === 'turn-timeout' && seen.phase === 'load') {
    const reason = 'its top level ran for too long'
    return sandboxErrors.create('BATCH_LOAD_FAILED', { ...whoOf(run), reason })
  }
  if (fault.kind === 'memory') {
    return memoryError(run, `${Math.round(seen.residentMb)} MiB in its process`)
  }
  return lostError(run, fault.text)
}

export function lostError(run: RunView, reason: string): CodedError {
  return sandboxErrors.create('BATCH_LANE_LOST', { ...whoOf(run), reason })
}

export function deadlineError(run: RunView, done: number, reachedMs: number): CodedError {
  return sandboxErrors.create('BATCH_DEADLINE', {
    ...whoOf(run),
    done,
    rows: run.batch?.rows ?? 0,
    reached: Math.round(reachedMs),
    limit: Math.round(run.deadlineMs),
  })
}

function timeoutError(run: RunView, morsel: RowRange, reached: number): CodedError {
  return sandboxErrors.create('BATCH_MORSEL_TIMEOUT', {
    ...whoOf(run),
    rows: morsel.to - morsel.from,
    reached: Math.round(reached),
    limit: run.morselMs,
  })
}

function memoryError(run: RunView, reached: string): CodedError {
  const limit = run.target.isolate.limits.heapMb
  return sandboxErrors.create('BATCH_MEMORY', { ...whoOf(run), limit, reached })
}

/** A row as the caller counts it, or the rows of the morsel when it was none's fault alone. */
function rowsOf({ from, to }: RowRange, row: number): string {
  return row >= 0 ? `${from + row}` : `${from}-${Math.max(from, to - 1)}`
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}…` : line
}
