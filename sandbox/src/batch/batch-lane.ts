import { CodedError } from '@signalbox/sdk/errors'
import { packColumns } from '../columns/pack-columns.ts'
import { type LaneFault, laneFault } from '../lane/lane-fault.ts'
import { watchLane } from '../lane/watchdog.ts'
import type { Frame } from '../lane/wire/frame.ts'
import type { KillReason, ProcessExit } from '../process/guest-process.ts'
import { sandboxErrors } from '../sandbox-errors.ts'
import {
  type BatchLimits,
  GRACE_MS,
  LOAD_MS,
  MAX_INPUT_BYTES,
  MAX_RESULT_BYTES,
} from './batch-limits.ts'
import { guiltyOf, hadItsTime, mostOverdue, type SentMorsel } from './batch-loss.ts'
import { lossError, lostError, type Phase, whoOf } from './batch-outcomes.ts'
import { BatchProcess } from './batch-process.ts'
import type { BatchRun, Morsel } from './batch-run.ts'
import { inputAt, MorselFile, resultAt } from './morsel-file.ts'
import { beginPhases, fromBatch, type MorselReport, type MorselRequest, toBatch } from './wire.ts'

/** Bundles a process keeps for its workers. */
const MAX_BUNDLES = 64

/** The main thread of a process is never busy with a guest: it is asked now and then whether it lives. */
const PING_MS = 1000

/** From a worker that is free to one that begins: a thread that gets no time for so long is no guest's fault. */
const START_MS = 10_000

type OkReport = Extract<MorselReport, { kind: 'ok' }>

interface Work extends SentMorsel<BatchRun> {
  readonly morsel: Morsel
  readonly region: number
  bytes: number
  /** 0 until the process was told of it. */
  since: number
  limitMs: number
  /** Of the guest, once it runs. */
  timeoutMs: number
  phase: Phase
  isAnswered: boolean
}

export interface BatchCulprit {
  readonly plugin: string
  readonly version: string
  readonly tenant: string
  readonly code: string
}

export interface BatchLaneEvents {
  onReady(lane: BatchLane): void
  /** There may be room for another morsel. */
  onRoom(): void
  /** Has morsels to hand out again. */
  onRunAgain(run: BatchRun): void
  onExit(
    lane: BatchLane,
    exit: ProcessExit,
    fault: LaneFault,
    culprit: BatchCulprit | undefined,
  ): void
}

/**
 * A batch process as the host keeps it: which morsels its workers have, and which lie ready for the next free one.
 *
 *     starting ──ready──▶ serving ──retire──▶ retiring ──last morsel over──▶ gone
 *         └──────────────────┴─────── exit or kill ────────┴─────────────────▶ gone
 */
export class BatchLane {
  mode: 'starting' | 'serving' | 'retiring' | 'gone' = 'starting'
  wasReady = false
  residentMb = 0
  readonly #process: BatchProcess
  readonly #limits: BatchLimits
  readonly #events: BatchLaneEvents
  readonly #works = new Map<number, Work>()
  readonly #prepared: [id: number, work: Work, bundle: number][] = []
  readonly #file: MorselFile
  readonly #bundles = new Map<string, { readonly id: number; readonly sent: Promise<void> }>()
  #lastId = 0
  #heardAt = Date.now()
  #pingedAt = 0

  /** @throws the system's error when there is no room for the memory file. */
  constructor(limits: BatchLimits, events: BatchLaneEvents) {
    this.#limits = limits
    this.#events = events
    // One morsel at work and one that lies ready for each thread.
    this.#file = new MorselFile(limits.threads * 2)
    this.#process = new BatchProcess(limits, this.#file.fd, {
      onFrame: (frame) => this.#receive(frame),
      onBegin: (morsel, phase) => this.#begin(morsel, phase),
      onExit: (exit) => this.#gone(exit),
    })
  }

  get pid(): number {
    return this.#process.pid
  }

  get morselCount(): number {
    return this.#works.size
  }

  get #running(): number {
    let running = 0
    for (const work of this.#works.values()) if (isRunning(work)) running++
    return running
  }

  /** Whether a morsel of the run may be given. One that lost its process before runs with nothing beside it. */
  hasRoom(run: BatchRun): boolean {
    if (this.mode !== 'serving' || !this.#file.hasRegion) return false
    for (const { morsel } of this.#works.values()) {
      if (morsel.run !== run && (run.losses > 0 || morsel.run.losses > 0)) return false
    }
    return true
  }

  start(morsel: Morsel): void {
    const id = this.#nextId()
    const work: Work = {
      morsel,
      region: this.#file.takeRegion(),
      bytes: 0,
      since: 0,
      limitMs: 0,
      timeoutMs: 0,
      phase: 'start',
      isAnswered: false,
    }
    this.#works.set(id, work)
    void this.#prepare(id, work)
  }

  async #prepare(id: number, work: Work): Promise<void> {
    const { run } = work.morsel
    try {
      const bundle = this.#bundleOf(run)
      await bundle.sent
      // The process may end at each wait: then the morsel is another's, and there is no file to write to.
      if (!this.#works.has(id)) return
      if (run.batch !== undefined) await this.#write(work)
      if (!this.#works.has(id)) return
      if (run.isOver) {
        this.#release(id, work)
        return
      }
      this.#prepared.push([id, work, bundle.id])
      this.#sendPrepared()
    } catch (error) {
      if (!this.#works.has(id)) return
      this.#bundles.delete(run.key)
      const refusal = isTooLarge(error)
        ? error
        : sandboxErrors.create(
            'BATCH_LOAD_FAILED',
            { ...whoOf(run), reason: 'its bytes, or memory for the batch, are not at hand' },
            { cause: error },
          )
      run.end({ kind: 'failed', error: refusal, blame: 'host' })
      this.#release(id, work)
    }
  }

  #bundleOf(run: BatchRun): { readonly id: number; readonly sent: Promise<void> } {
    const known = this.#bundles.get(run.key)
    if (known !== undefined) {
      this.#bundles.delete(run.key)
      this.#bundles.set(run.key, known)
      return known
    }
    if (this.#bundles.size >= MAX_BUNDLES) this.#forgetBundle()
    const id = this.#nextId()
    const { heapMb } = run.target.isolate.limits
    const sent = run.target.loadBundle().then((source) => {
      const request = JSON.stringify({ key: run.key, heapMb })
      this.#process.send(toBatch.bundle, id, 0, request, source)
    })
    const bundle = { id, sent }
    this.#bundles.set(run.key, bundle)
    return bundle
  }

  #forgetBundle(): void {
    const busy = new Set([...this.#works.values()].map(({ morsel }) => morsel.run.key))
    const unused = [...this.#bundles].find(([key]) => !busy.has(key))
    if (unused === undefined) return
    this.#bundles.delete(unused[0])
    this.#process.send(toBatch.forget, unused[1].id, 0, '', '')
  }

  async #write(work: Work): Promise<void> {
    const { from, to, run } = work.morsel
    const packed = packColumns(run.columnsOf(work.morsel), to - from)
    const { byteLength } = packed
    if (byteLength > MAX_INPUT_BYTES) {
      const limit = MAX_INPUT_BYTES
      const rows = `${from}-${to - 1}`
      const reached = byteLength
      throw sandboxErrors.create('BATCH_INPUT_TOO_LARGE', { ...whoOf(run), rows, reached, limit })
    }
    await this.#file.write(work.region, packed)
    work.bytes = byteLength
  }

  /** As many as there are threads, so that the pool inside never queues; the rest lies ready. */
  #sendPrepared(): void {
    let running = this.#running
    while (running < this.#limits.threads) {
      const next = this.#prepared.shift()
      if (next === undefined) return
      const [id, work, bundle] = next
      if (work.morsel.run.isOver) this.#release(id, work)
      else {
        this.#send(id, work, bundle)
        running++
      }
    }
  }

  #send(id: number, work: Work, bundle: number): void {
    const { run, from, to } = work.morsel
    const now = Date.now()
    work.timeoutMs = Math.max(1, Math.min(this.#limits.morselMs, run.deadlineAt - now))
    work.limitMs = START_MS
    work.since = now
    run.hasStarted = true
    const data = {
      inputAt: inputAt(work.region),
      inputBytes: work.bytes,
      rows: to - from,
      resultAt: resultAt(work.region),
      resultBytes: MAX_RESULT_BYTES,
    }
    const request: MorselRequest = {
      id,
      udf: run.target.udf,
      ...(run.batch === undefined ? {} : { data }),
      returns: run.batch?.returns ?? 'json',
      timeoutMs: work.timeoutMs,
      now: run.acceptedAt,
    }
    this.#process.send(toBatch.morsel, id, bundle, JSON.stringify(request), '')
  }

  #begin(id: number, phase: number): void {
    const work = this.#works.get(id)
    if (work === undefined || !isRunning(work)) return
    work.phase = phase === beginPhases.load ? 'load' : 'run'
    work.since = Date.now()
    work.limitMs = work.phase === 'load' ? LOAD_MS : work.timeoutMs
  }

  #receive(frame: Frame): void {
    this.#heardAt = Date.now()
    if (frame.kind === fromBatch.ready) {
      this.mode = 'serving'
      this.wasReady = true
      this.#events.onReady(this)
    } else if (frame.kind === fromBatch.report) {
      const work = this.#works.get(frame.id)
      if (work === undefined || !isRunning(work)) this.kill('protocol')
      else void this.#take(frame.id, work, frame)
    }
  }

  async #take(id: number, work: Work, frame: Frame): Promise<void> {
    const { run } = work.morsel
    // The worker is free for the next while this one's result is read.
    work.isAnswered = true
    this.#sendPrepared()
    run.addCpu(frame.number)
    const isTaken = await this.#takeReport(id, work, frame.text).catch(() => false)
    if (!isTaken) this.kill('protocol')
    if (!isTaken || !this.#works.has(id)) return
    this.#release(id, work)
    if (run.hasMore) this.#events.onRunAgain(run)
  }

  async #takeReport(id: number, work: Work, text: string): Promise<boolean> {
    const report = JSON.parse(text) as MorselReport
    if (report.kind === 'ok') return this.#takePiece(id, work, report)
    work.morsel.run.report(work.morsel, report)
    return true
  }

  /** @returns false when what lies there is no result of this morsel: the process cannot be trusted any more. */
  async #takePiece(id: number, work: Work, { bytes, heapMb }: OkReport): Promise<boolean> {
    const { run } = work.morsel
    if (!(await this.#file.read(work.region, bytes, work.morsel, run.result))) return false
    // Else the process ended meanwhile: the morsel is another's already, and the same values come once more.
    if (this.#works.has(id)) run.add(work.morsel, heapMb)
    return true
  }

  #release(id: number, work: Work): void {
    this.#works.delete(id)
    this.#file.freeRegion(work.region)
    this.#sendPrepared()
    this.#endIfRetired()
    this.#events.onRoom()
  }

  retire(): void {
    if (this.mode === 'gone') return
    this.mode = 'retiring'
    this.#endIfRetired()
  }

  #endIfRetired(): void {
    if (this.mode === 'retiring' && this.#works.size === 0) this.kill('retired')
  }

  kill(reason: KillReason): void {
    this.#process.kill(reason)
  }

  /** To be called every few milliseconds: stuck morsels, memory, silence. */
  sweep(now: number, isMemoryDue: boolean): void {
    if (this.mode === 'gone') return
    const isBusy = this.#running > 0
    const residentMb = isMemoryDue || isBusy ? this.#process.residentMb() : 0
    if (residentMb > 0) this.residentMb = residentMb
    const longest = mostOverdue([...this.#works.values()].filter(isRunning))
    const view = {
      isServing: this.mode === 'serving',
      isBusy,
      silentMs: now - this.#heardAt,
      turnMs: longest === undefined ? 0 : now - longest.since,
      turnLimitMs: longest?.limitMs ?? 0,
      residentMb,
      loads: 0,
    }
    const verdict = watchLane(view, { ...this.#limits, maxLoads: 1, graceMs: GRACE_MS })
    if (verdict === 'retire') this.retire()
    else if (verdict !== 'fine' && verdict !== 'ping') this.kill(verdict)
    else if (now - Math.max(this.#heardAt, this.#pingedAt) > PING_MS) {
      this.#pingedAt = now
      this.#process.send(toBatch.ping, 0, 0, '', '')
    }
  }

  #nextId(): number {
    this.#lastId = this.#lastId === 0xffffffff ? 1 : this.#lastId + 1
    return this.#lastId
  }

  #gone(exit: ProcessExit): void {
    this.mode = 'gone'
    const now = Date.now()
    const fault = laneFault(exit)
    const works = [...this.#works.values()]
    const sent = works.filter(isRunning)
    const guilty = guiltyOf(fault, sent)
    this.#works.clear()
    this.#prepared.length = 0
    let culprit: BatchCulprit | undefined
    if (guilty !== undefined) {
      const { run } = guilty.morsel
      const seen = { phase: guilty.phase, ms: now - guilty.since, residentMb: this.residentMb }
      const error = lossError(run, guilty.morsel, fault, seen)
      const { plugin, version, tenant } = run.target.isolate
      if (hadItsTime(guilty, run.morselMs, fault, now))
        culprit = { plugin, version, tenant, code: error.code }
      run.costProcess(error)
    }
    for (const run of new Set(sent.map(({ morsel }) => morsel.run))) run.losses++
    for (const { morsel } of works) this.#runAgain(morsel)
    this.#file.close()
    this.#events.onExit(this, exit, fault, culprit)
  }

  #runAgain(morsel: Morsel): void {
    const { run } = morsel
    if (run.isOver) return
    if (run.losses > 1) {
      run.end({ kind: 'failed', error: lostError(run, 'twice'), blame: 'host' })
      return
    }
    run.giveBack(morsel)
    this.#events.onRunAgain(run)
  }
}

function isRunning(work: Work): boolean {
  return work.since > 0 && !work.isAnswered
}

/** Refused before the process saw it. */
function isTooLarge(error: unknown): error is CodedError {
  return error instanceof CodedError && error.code === 'SBX_BATCH_INPUT_TOO_LARGE'
}
