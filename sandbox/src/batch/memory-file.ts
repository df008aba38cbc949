import { randomUUID } from 'node:crypto'
import { openSync, statfsSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Memory where the system has it as a file system. Containers often give it 64 MB: then the next one is taken. */
const FOLDERS = ['/dev/shm', tmpdir()]

/**
 * Opens a file without a name: whoever gets its descriptor shares it, and nothing is left of it when all are gone. Memory is
 * taken only where something was written.
 *
 * @param bytes that may be written to it, at most.
 * @throws the system's error when no folder has room.
 */
export function openMemoryFile(bytes: number): number {
  let fault: unknown
  for (const folder of FOLDERS) {
    try {
      const { bavail, bsize } = statfsSync(folder)
      if (bavail * bsize < bytes) throw new Error(`${folder} has no room for ${bytes} bytes`)
      const path = join(folder, `signalbox-batch-${randomUUID()}`)
      const fd = openSync(path, 'wx+', 0o600)
      unlinkSync(path)
      return fd
    } catch (error) {
      fault = error
    }
  }
  throw fault
}
