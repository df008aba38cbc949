import { closeSync, read, readSync, writev, writevSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Column } from '../columns/column.ts'
import { type PackedColumns, unpackColumns } from '../columns/pack-columns.ts'
import { MAX_INPUT_BYTES, MAX_RESULT_BYTES, REGION_BYTES } from './batch-limits.ts'
import { openMemoryFile } from './memory-file.ts'

const writeParts = promisify(writev)
const readPart = promisify(read)
/** Less than this is copied at once; more by a thread of libuv's, or it would hold the host up for a millisecond. */
const SYNC_BYTES = 128 * 1024

/**
 * The file that the morsels of one batch process go through, in regions: the packed columns at the beginning of one,
 * the packed result behind them.
 */
export class MorselFile {
  readonly fd: number
  readonly #free: number[]
  #copies = 0
  #isClosing = false

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

  /** @throws the system's error, when memory is short. */
  async write(region: number, { parts, byteLength }: PackedColumns): Promise<void> {
    const at = inputAt(region)
    const written =
      byteLength <= SYNC_BYTES
        ? writevSync(this.fd, parts, at)
        : (await this.#copy(() => writeParts(this.fd, [...parts], at))).bytesWritten
    if (written !== byteLength) throw new Error('The memory file is full')
  }

  /** @throws `SBX_COLUMNS_INVALID` when what lies there is no result: a guest's process wrote it. */
  async read(region: number, bytes: number): Promise<readonly Column[]> {
    const length = bytes >= 0 && bytes <= MAX_RESULT_BYTES ? bytes : 0
    const buffer = Buffer.allocUnsafeSlow(length)
    const at = resultAt(region)
    if (length <= SYNC_BYTES) readSync(this.fd, buffer, 0, length, at)
    else await this.#copy(() => readPart(this.fd, buffer, 0, length, at))
    return unpackColumns(buffer)
  }

  /** The descriptor is closed only when no copy is under way: its number may be another file's the next moment. */
  close(): void {
    this.#isClosing = true
    if (this.#copies === 0) closeSync(this.fd)
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

export function inputAt(region: number): number {
  return region * REGION_BYTES
}

export function resultAt(region: number): number {
  return region * REGION_BYTES + MAX_INPUT_BYTES
}
