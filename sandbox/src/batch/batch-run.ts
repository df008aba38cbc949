import { isRefusalCode, type UdfSignature } from '@signalbox/sdk'
import type { CodedError } from '@signalbox/sdk/errors'
import type { Column } from '../columns/column.ts'
import { bytesBetween, cutColumn, morselEnd } from '../columns/cut-columns.ts'
import { GatheredColumn } from '../columns/gathered-column.ts'
import { type Batch, type BatchFailure, type BatchTarget, batchKey } from './batch.ts'
import { type BatchLimits, MIN_MORSEL_ROWS } from './batch-limits.ts'
import { deadlineError, morselError } from './batch-outcomes.ts'
import type { MorselReport } from './wire.ts'

/** Rows of one batch that are worked on as one. */
export interface Morsel {
  readonly run: BatchRun
  readonly from: number
  readonly to: number
}

type RunEnd =
  | { readonly kind: 'ok'; readonly column: Column }
  | { readonly kind: 'described'; readonly signature: UdfSignature | null }
  | BatchFailure

export type RunOutcome = RunEnd & { readonly cpuMs: number; readonly peakHeapMb: number }

/** Rows are cut no finer than this when a result was too large: a bitmap is cut at whole bytes. */
const LEAST_ROWS = 8

/** One batch as the host keeps it: what of it is still to be cut, what is under way, what has come back. */
export class BatchRun {
  readonly target: BatchTarget
  /** Undefined when the function is only to be described. */
  readonly batch: Batch | undefined
  readonly key: string
  /** Of the whole batch: lanes put the pieces into it. */
  readonly result: GatheredColumn
  readonly bytes: number
  readonly acceptedAt: number
  readonly deadlineMs: number
  /** How many times a process ended under it. From the first on it runs with nothing beside it. */
  losses = 0
  isOver = false
  hasStarted = false
  /** A process ended by it. */
  costLane = false
  /** Its time was over before it was: what it does to its process shows later. */
  isExpired = false
  readonly #limits: BatchLimits
  readonly #settle: (outcome: RunOutcome) => void
  readonly #again: { from: number; to: number }[] = []
  #next = 0
  #isCut = false
  #done = 0
  #cpuUs = 0
  #peakHeapMb = 0

  constructor(
    target: BatchTarget,
    batch: Batch | undefined,
    deadlineMs: number,
    limits: BatchLimits,
    settle: (outcome: RunOutcome) => void,
  ) {
    this.target = target
    this.batch = batch
    this.key = batchKey(target.isolate)
    this.bytes = batch === undefined ? 0 : bytesBetween(batch.columns, 0, batch.rows)
    this.result = new GatheredColumn(batch?.rows ?? 0)
    this.acceptedAt = Date.now()
    this.deadlineMs = deadlineMs
    this.#limits = limits
    this.#settle = settle
  }

  get tenant(): string {
    return this.target.isolate.tenant
  }

  get morselMs(): number {
    return this.#limits.morselMs
  }

  get deadlineAt(): number {
    return this.acceptedAt + this.deadlineMs
  }

  /** Whether a morsel is left that nobody works on. */
  get hasMore(): boolean {
    return !this.isOver && (this.#again.length > 0 || !this.#isCut)
  }

  takeMorsel(): Morsel {
    const again = this.#again.shift()
    if (again !== undefined) return { run: this, ...again }
    const from = this.#next
    const { batch } = this
    if (batch === undefined || batch.rows === 0) {
      this.#isCut = true
      return { run: this, from: 0, to: 0 }
    }
    const { threads, morselRows, morselBytes } = this.#limits
    const share = Math.ceil(batch.rows / threads / LEAST_ROWS) * LEAST_ROWS
    const rows = Math.min(morselRows, Math.max(share, MIN_MORSEL_ROWS))
    const to = morselEnd(batch.columns, batch.rows, from, { rows, bytes: morselBytes })
    this.#next = to
    this.#isCut = to === batch.rows
    return { run: this, from, to }
  }

  columnsOf({ from, to }: Morsel): readonly Column[] {
    const { columns, rows } = this.batch as Batch
    return from === 0 && to === rows ? columns : columns.map((each) => cutColumn(each, from, to))
  }

  /** The morsel was not worked on to its end, through no fault of its own. */
  giveBack({ from, to }: Morsel): void {
    if (this.isOver) return
    if (this.batch === undefined || this.batch.rows === 0) this.#isCut = false
    else this.#again.push({ from, to })
  }

  addCpu(us: number): void {
    this.#cpuUs += us
  }

  /** The piece of a morsel is in the result. */
  add(morsel: Morsel, heapMb: number): void {
    if (this.isOver) return
    this.#peakHeapMb = Math.max(this.#peakHeapMb, heapMb)
    this.#done += morsel.to - morsel.from
    if (this.#done === this.result.rows) this.end({ kind: 'ok', column: this.result.finish() })
  }

  /** What became of a morsel, other than a piece of the result. */
  report(morsel: Morsel, report: Exclude<MorselReport, { kind: 'ok' }>): void {
    if (report.kind === 'described') {
      this.end({ kind: 'described', signature: report.signature })
      return
    }
    const rows = morsel.to - morsel.from
    if (report.kind === 'failed' && report.fault === 'output-too-large' && rows > LEAST_ROWS) {
      const middle = morsel.from + Math.ceil(rows / 2 / LEAST_ROWS) * LEAST_ROWS
      this.#again.push({ from: morsel.from, to: middle }, { from: middle, to: morsel.to })
      return
    }
    const { kind } = report
    if (kind === 'refused' && isRefusalCode(report.code)) {
      const row = report.row < 0 ? -1 : morsel.from + report.row
      this.end({ kind, code: report.code, message: report.message, row })
      return
    }
    this.end(morselError(this, morsel, report))
  }

  /** Its morsel ended the process it was in. */
  costProcess(error: CodedError): void {
    this.costLane = true
    this.end({ kind: 'failed', error, blame: 'plugin' })
  }

  expire(now: number): void {
    this.isExpired = true
    this.end({
      kind: 'failed',
      error: deadlineError(this, this.#done, now - this.acceptedAt),
      blame: this.hasStarted ? 'plugin' : 'host',
    })
  }

  end(outcome: RunEnd): void {
    if (this.isOver) return
    this.isOver = true
    const used = { cpuMs: this.#cpuUs / 1000, peakHeapMb: this.#peakHeapMb }
    this.#settle({ ...outcome, ...used })
  }
}
