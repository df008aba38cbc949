import { readSync, writeSync, writevSync } from 'node:fs'
import { packColumns } from '../../columns/pack-columns.ts'
import { beginTurns } from '../../process/turn-cpu.ts'
import {
  BEGIN_FD,
  type BundleRequest,
  beginPhases,
  MEMORY_FD,
  type MorselReport,
  type MorselRequest,
} from '../wire.ts'
import { BatchIsolate, bufferBytesFor, MorselFailure } from './batch-isolate.ts'

/** What the process's main thread gives a worker: shared memory crosses by reference, so the source costs nothing. */
export interface WorkerTask {
  readonly bundle: BundleRequest
  readonly source: SharedArrayBuffer
  readonly morsel: MorselRequest
}

export interface WorkerAnswer {
  readonly report: MorselReport
  readonly cpuUs: number
}

/** Idle isolates hold 1.3 MB and their buffer; a worker that serves more tenants in turn loads again in 2 ms. */
const MAX_GUESTS = 16
const MIN_BUFFER_BYTES = 1024 * 1024
const guests = new Map<string, BatchIsolate>()

/**
 * The worker's one task, by name: Piscina calls it with nothing else running in this thread.
 * @param task null only makes sure that the worker is there.
 */
export function runMorsel(task: WorkerTask | null): WorkerAnswer | null {
  if (task === null) return null
  beginTurns()
  let guest: BatchIsolate | undefined
  try {
    const { data } = task.morsel
    guest = guestFor(task, data === undefined ? 0 : bufferBytesFor(data.inputBytes, data.rows))
    const report = reportOf(guest, task.morsel)
    return { report, cpuUs: guest.takeCpuUs() }
  } catch (error) {
    const { fault, message } =
      error instanceof MorselFailure ? error : new MorselFailure('threw', 'the worker failed')
    const cpuUs = guest?.takeCpuUs() ?? 0
    if (fault === 'turn-timeout' || fault === 'memory') forget(task.bundle.key)
    return { report: { kind: 'failed', fault, row: -1, detail: message }, cpuUs }
  }
}

function begin(morsel: MorselRequest, phase: number): void {
  writeSync(BEGIN_FD, Uint32Array.of(morsel.id, phase))
}

function reportOf(guest: BatchIsolate, morsel: MorselRequest): MorselReport {
  const { data } = morsel
  begin(morsel, beginPhases.run)
  if (data === undefined) {
    return { kind: 'described', signature: guest.describe(morsel.udf, morsel.timeoutMs) }
  }
  const bytes = Buffer.from(guest.buffer)
  readSync(MEMORY_FD, bytes, 0, data.inputBytes, data.inputAt)
  const result = guest.run(morsel, data.inputBytes)
  if ('kind' in result) return result
  const packed = packColumns([result], result.rows)
  if (packed.byteLength > data.resultBytes) {
    const detail = `${packed.byteLength}`
    return { kind: 'failed', fault: 'output-too-large', row: -1, detail }
  }
  writevSync(MEMORY_FD, packed.parts, data.resultAt)
  return { kind: 'ok', bytes: packed.byteLength, heapMb: guest.heapMb() }
}

function guestFor({ bundle, source, morsel }: WorkerTask, bufferBytes: number): BatchIsolate {
  const known = guests.get(bundle.key)
  if (known !== undefined && known.buffer.byteLength >= bufferBytes) {
    guests.delete(bundle.key)
    guests.set(bundle.key, known)
    return known
  }
  forget(bundle.key)
  if (guests.size >= MAX_GUESTS) forget(guests.keys().next().value as string)
  begin(morsel, beginPhases.load)
  const text = Buffer.from(source).toString('utf8')
  const guest = BatchIsolate.load(text, bundle.heapMb, powerOfTwo(bufferBytes))
  guests.set(bundle.key, guest)
  return guest
}

function forget(key: string): void {
  guests.get(key)?.dispose()
  guests.delete(key)
}

/** Doubling: a guest whose morsels grow is loaded again a few times at most. */
function powerOfTwo(bytes: number): number {
  let size = MIN_BUFFER_BYTES
  while (size < bytes) size *= 2
  return size
}
