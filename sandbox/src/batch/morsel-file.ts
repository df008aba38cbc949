import { closeSync, read, readSync, writev, writevSync } from 'node:fs'
import { promisify } from 'node:util'
import { isFixedType, type TextColumn } from '../columns/column.ts'
import type { GatheredColumn } from '../columns/gathered-column.ts'
import {
  headBytes,
  type PackedColumns,
  readHeader,
  unpackColumns,
} from '../columns/pack-columns.ts'
import { bitmapBytes } from '../columns/validity.ts'
import { MAX_INPUT_BYTES, MAX_RESULT_BYTES, REGION_BYTES } from './batch-limits.ts'
import { openMemoryFile } from './memory-file.ts'

const writeParts = promisify(writev)
const readPart = promisify(read)
/** Less than this is copied at once; more by a thread of libuv's, or it would hold the host up for a millisecond. */
const SYNC_BYTES = 128 * 1024

const HEAD_BYTES = headBytes(1)

interface RowRange {
  readonly from: number
  readonly to: number
}

/**
 * The file that the morsels of one batch process go through, in regions: the packed columns at the beginning of one,
 * the packed result behind them.
 */
export class MorselFile {
  readonly fd: number
  readonly #free: number[]
  #copies = 0
  #isClosing = false
  #isClosed = false

  /** @throws the system's error when there is no room for it. */
  constructor(regions: number) {
    this.#free = Array.from({ length: regions }, (_, index) => index)
    this.fd = openMemoryFile(regions * REGION_BYTES)
  }

  get hasRegion(): boolean {
    return this.#free.length > 0
  }

  takeRegion(): number {
    const region = this.#free.pop()
    if (region === undefined) throw new Error('Every region is taken: ask hasRegion first')
    return region
  }

  freeRegion(region: number): void {
    this.#free.push(region)
  }

  /** @throws the system's error, when memory is short; likewise when the file is closed. */
  async write(region: number, { parts, byteLength }: PackedColumns): Promise<void> {
    this.#refuseClosed()
    const at = inputAt(region)
    const written =
      byteLength <= SYNC_BYTES
        ? writevSync(this.fd, parts, at)
        : (await this.#copy(() => writeParts(this.fd, [...parts], at))).bytesWritten
    if (written !== byteLength) throw new Error('The memory file is full')
  }

  /**
   * Puts the result of a morsel where it belongs.
   * @param bytes of the packed result, as its process says.
   * @returns false when what lies there is no result of these rows: a guest's process wrote it.
   * @throws `SBX_COLUMNS_INVALID` likewise; an error when the file is closed, also meanwhile.
   */
  async read(region: number, bytes: number, { from, to }: RowRange, into: GatheredColumn) {
    this.#refuseClosed()
    const rows = to - from
    if (!(bytes >= HEAD_BYTES && bytes <= MAX_RESULT_BYTES)) return false
    const head = Buffer.allocUnsafeSlow(HEAD_BYTES)
    const at = resultAt(region)
    readSync(this.fd, head, 0, HEAD_BYTES, at)
    const header = readHeader(head)
    const [place, ...more] = header.columns
    const isOne = place !== undefined && more.length === 0
    if (!isOne || header.rows !== rows || !into.accepts(place.type)) return false
    if (!isFixedType(place.type)) return this.#readText(at, bytes, from, into)
    const { type, validity, values } = place
    const target = into.bytesOf(type, from, rows)
    const bits = validity === undefined ? undefined : new Uint8Array(bitmapBytes(rows))
    if (!isWithin(values, target.length, bytes)) return false
    if (!isWithin(validity, bitmapBytes(rows), bytes)) return false
    await this.#fill(target, at + values)
    if (bits !== undefined) await this.#fill(bits, at + (validity as number))
    into.setValidity(from, rows, bits)
    return true
  }

  async #readText(at: number, bytes: number, from: number, into: GatheredColumn) {
    const buffer = Buffer.allocUnsafeSlow(bytes)
    await this.#fill(buffer, at)
    into.addText(from, unpackColumns(buffer)[0] as TextColumn)
    return true
  }

  async #fill(target: Uint8Array, at: number): Promise<void> {
    this.#refuseClosed()
    if (target.length <= SYNC_BYTES) readSync(this.fd, target, 0, target.length, at)
    else await this.#copy(() => readPart(this.fd, target, 0, target.length, at))
  }

  /** The descriptor is closed only when no copy is under way: its number may be another file's the next moment. */
  close(): void {
    this.#isClosing = true
    if (this.#copies > 0 || this.#isClosed) return
    this.#isClosed = true
    closeSync(this.fd)
  }

  /** Behind the number may be the file of the next process by now, or a client's socket. */
  #refuseClosed(): void {
    if (this.#isClosing) throw new Error('The memory file is closed: its process has ended')
  }

  async #copy<Result>(copy: () => Promise<Result>): Promise<Result> {
    this.#copies++
    try {
      return await copy()
    } finally {
      this.#copies--
      if (this.#isClosing) this.close()
    }
  }
}

/** Whether a part lies within the packed result: beyond it are other guests' morsels. */
function isWithin(place: number | undefined, length: number, bytes: number): boolean {
  if (place === undefined) return true
  return Number.isSafeInteger(place) && place >= HEAD_BYTES && place + length <= bytes
}

export function inputAt(region: number): number {
  return region * REGION_BYTES
}

export function resultAt(region: number): number {
  return region * REGION_BYTES + MAX_INPUT_BYTES
}
