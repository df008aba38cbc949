import type { UdfSignature } from '@signalbox/sdk'
import ivm from 'isolated-vm'
import type { Column, ColumnType } from '../../columns/column.ts'
import { fixedValues, isFixedType } from '../../columns/column.ts'
import { align, type BatchHeader, headerText } from '../../columns/pack-columns.ts'
import { bitmapBytes } from '../../columns/validity.ts'
import { bundleFilename, bundleScript } from '../../lane/child/bundle-script.ts'
import { failureOf, hasLasted } from '../../lane/child/guest-failure.ts'
import { computedUs } from '../../process/turn-cpu.ts'
import { resultPlaces } from '../result-places.ts'
import { readSignature } from '../signature.ts'
import type { MorselFault, MorselReport } from '../wire.ts'
import { batchGuestSource } from './guest/batch-guest-source.ts'
import { batchOps } from './guest/batch-runtime.ts'
import type { MorselTask } from './morsel-task.ts'
import { scalarLoop } from './scalar-loop.ts'

/** As for a call: building tables at load is honest work, and happens once a worker. */
const LOAD_MS = 1000
const MB = 1024 * 1024
/** What text results are given beside twice their input; who needs more is run again on fewer rows. */
const MIN_TEXT_BYTES = MB

/** Ends a morsel; after `turn-timeout` and `memory` the isolate must not be used again. */
export class MorselFailure extends Error {
  readonly fault: MorselFault

  constructor(fault: MorselFault, detail: string) {
    super(detail)
    this.fault = fault
  }
}

export interface MorselRun {
  readonly udf: string
  readonly returns: ColumnType
  readonly timeoutMs: number
  readonly now: number
}

/** One plugin version of one tenant in one worker, with the buffer that the two share for its life. */
export class BatchIsolate {
  /** Where the worker puts packed columns before it runs a morsel. */
  readonly buffer: SharedArrayBuffer
  readonly #isolate: ivm.Isolate
  readonly #context: ivm.Context
  readonly #enter: ivm.Reference
  readonly #signatures = new Map<string, UdfSignature | null>()
  readonly #loops = new Set<string>()
  #heldNs = 0n

  private constructor(
    isolate: ivm.Isolate,
    context: ivm.Context,
    enter: ivm.Reference,
    bufferBytes: number,
  ) {
    this.#isolate = isolate
    this.#context = context
    this.#enter = enter
    this.buffer = new SharedArrayBuffer(bufferBytes)
  }

  /**
   * @param bufferBytes counts against the isolate's memory limit; it is added to what the manifest asks for.
   * @throws MorselFailure `load-failed`
   */
  static load(bundle: string, heapMb: number, bufferBytes: number): BatchIsolate {
    const isolate = new ivm.Isolate({ memoryLimit: heapMb + Math.ceil(bufferBytes / MB) })
    let entered = performance.now()
    try {
      const context = isolate.createContextSync()
      const guest = isolate.compileScriptSync(batchGuestSource, { filename: 'signalbox-batch.js' })
      const enter = guest.runSync(context, { reference: true, timeout: LOAD_MS })
      guest.release()
      const filename = bundleFilename
      const script = isolate.compileScriptSync(bundleScript(bundle), { filename })
      entered = performance.now()
      script.runSync(context, { timeout: LOAD_MS })
      script.release()
      const loaded = new BatchIsolate(isolate, context, enter, bufferBytes)
      const buffer = new ivm.ExternalCopy(loaded.buffer).copyInto({ release: true })
      const fault = loaded.#call(batchOps.link, '', buffer, LOAD_MS)
      if (fault !== '') throw new MorselFailure('threw', fault)
      return loaded
    } catch (error) {
      const { fault, message } = morselFailureOf(error, isolate, entered, LOAD_MS)
      disposeQuietly(isolate)
      throw loadFailure(fault, message, heapMb)
    }
  }

  /**
   * What a function says of itself; null when it says nothing.
   * @throws MorselFailure `udf-missing`, `signature`
   */
  describe(udf: string, timeoutMs: number): UdfSignature | null {
    const known = this.#signatures.get(udf)
    if (known !== undefined) return known
    const text = this.#call(batchOps.describe, udf, undefined, timeoutMs)
    if (text === '') throw new MorselFailure('udf-missing', udf)
    const signature = readSignature(JSON.parse(text) as unknown)
    if (typeof signature === 'string') throw new MorselFailure('signature', signature)
    this.#signatures.set(udf, signature)
    return signature
  }

  /**
   * Runs a function over the packed columns at the beginning of the buffer.
   * @returns the result as a view on the buffer, or what the guest said instead.
   * @throws MorselFailure
   */
  run(run: MorselRun, inputBytes: number): Column | MorselReport {
    const signature = this.describe(run.udf, run.timeoutMs)
    const text = headerText(new Uint8Array(this.buffer, 0, inputBytes))
    const header = JSON.parse(text) as BatchHeader
    const types = header.columns.map(({ type }) => type)
    if (signature !== null && !isSame(types, signature.args)) {
      throw new MorselFailure('arguments', signature.args.join(', '))
    }
    const returns = signature?.returns ?? run.returns
    const nulls = signature?.nulls ?? 'skip'
    const loop = signature?.shape === 'columnar' ? '' : this.#loop(run, types, returns, nulls)
    const resultAt = align(inputBytes)
    const { udf, now } = run
    const task: MorselTask = { udf, loop, header, returns, nulls, resultAt, now }
    const answer = this.#call(batchOps.run, JSON.stringify(task), undefined, run.timeoutMs)
    if (!answer.startsWith('O')) return parseFailure(answer)
    const [hasNulls, end] = answer.slice(1).split(' ').map(Number) as [number, number]
    return this.#result(returns, header.rows, resultAt, hasNulls === 1, end)
  }

  /** Makes the function's loop known to the guest, once for each row of types it is called with. */
  #loop(
    run: MorselRun,
    types: readonly ColumnType[],
    returns: ColumnType,
    nulls: UdfSignature['nulls'],
  ): string {
    const key = `${run.udf}(${types.join()})${returns}`
    if (this.#loops.has(key)) return key
    const script = this.#isolate.compileScriptSync(scalarLoop(types, returns, nulls), {
      filename: 'signalbox-loop.js',
    })
    const loop = script.runSync(this.#context, { reference: true, timeout: LOAD_MS })
    script.release()
    this.#call(batchOps.prepare, key, loop.derefInto({ release: true }), LOAD_MS)
    this.#loops.add(key)
    return key
  }

  #result(type: ColumnType, rows: number, at: number, hasNulls: boolean, end: number): Column {
    const places = resultPlaces(type, rows, at)
    const validity = hasNulls
      ? new Uint8Array(this.buffer, places.validity, bitmapBytes(rows))
      : undefined
    if (isFixedType(type)) {
      const values = fixedValues(type, rows, this.buffer, places.values)
      return { type, rows, values, validity } as Column
    }
    const offsets = new Int32Array(this.buffer, places.offsets, rows + 1)
    return { type, rows, offsets, bytes: new Uint8Array(this.buffer, places.values, end), validity }
  }

  #call(op: number, text: string, extra: unknown, timeout: number): string {
    const entered = performance.now()
    try {
      const answer: unknown = this.#enter.applySync(undefined, [op, text, extra], { timeout })
      return typeof answer === 'string' ? answer : ''
    } catch (error) {
      throw morselFailureOf(error, this.#isolate, entered, timeout)
    }
  }

  takeCpuUs(): number {
    if (this.#isolate.isDisposed) return 0
    const total = this.#isolate.cpuTime
    const held = Math.round(Number(total - this.#heldNs) / 1000)
    this.#heldNs = total
    return computedUs(held)
  }

  /** What the guest holds besides the shared buffer. */
  heapMb(): number {
    if (this.#isolate.isDisposed) return 0
    return Math.ceil(this.#isolate.getHeapStatisticsSync().used_heap_size / MB)
  }

  dispose(): void {
    if (this.#isolate.isDisposed) return
    this.#enter.release()
    this.#context.release()
    disposeQuietly(this.#isolate)
  }
}

/** Bytes of shared buffer that a morsel needs: its input, and its result of any type. */
export function bufferBytesFor(inputBytes: number, rows: number): number {
  const fixed = resultPlaces('i64', rows, align(inputBytes)).end
  const text = resultPlaces('utf8', rows, align(inputBytes)).end
  return Math.max(fixed, text + Math.max(MIN_TEXT_BYTES, 2 * inputBytes))
}

function parseFailure(answer: string): MorselReport {
  const [head = '', row = '', ...rest] = answer.slice(1).split('\n')
  const detail = rest.join('\n')
  if (answer.startsWith('N'))
    return { kind: 'refused', code: head, row: Number(row), message: detail }
  return { kind: 'failed', fault: faultOf(head), row: Number(row), detail }
}

/** What a guest may report by itself; it cannot claim the lane's own findings. */
function faultOf(text: string): MorselFault {
  return text === 'result' || text === 'output-too-large' ? text : 'threw'
}

function isSame(types: readonly ColumnType[], args: readonly ColumnType[]): boolean {
  return types.length === args.length && types.every((type, index) => type === args[index])
}

function loadFailure(fault: MorselFault, message: string, heapMb: number): MorselFailure {
  const reasons: Partial<Record<MorselFault, string>> = {
    'turn-timeout': 'its top level ran for too long',
    memory: `its top level used more than ${heapMb} MiB`,
  }
  return new MorselFailure('load-failed', reasons[fault] ?? message)
}

function disposeQuietly(isolate: ivm.Isolate): void {
  if (!isolate.isDisposed) isolate.dispose()
}

/** What an entry into the isolate ended with, told as a morsel's fault. @param entered by performance.now() */
function morselFailureOf(
  error: unknown,
  isolate: ivm.Isolate,
  entered: number,
  limitMs: number,
): MorselFailure {
  if (error instanceof MorselFailure) return error
  const { reason, message } = failureOf(error, isolate, hasLasted(entered, limitMs))
  const isLimit = reason === 'turn-timeout' || reason === 'memory'
  return new MorselFailure(isLimit ? reason : 'threw', message)
}
