import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** One file of an export, as its manifest names it. */
export interface ExportedFile {
  /** Below the export's folder, with slashes. */
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  /** Of a file of rows. */
  readonly rows?: number
}

/** A part of a path made from what a plugin or a tenant is called: no name leads out of the folder. Pure. */
export function pathPart(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E').replaceAll('*', '%2A')
}

/** A new file, mode 0600, whose bytes are counted and digested on their way, and which is on the disk when closed. */
export class ExportFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** @param folder of the export @param path below it */
  static async create(folder: string, path: string): Promise<ExportFile> {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    return new ExportFile(path, await open(place, 'wx', 0o600))
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#file.writeFile(bytes)
  }

  async close(): Promise<ExportedFile> {
    try {
      await this.#file.sync()
    } finally {
      await this.#file.close()
    }
    return { path: this.#path, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Of a file that will not be finished. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
  }
}

/** What a folder lists is on the disk too: a name that a power cut lost would be as bad as lost bytes. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
