import { type FileHandle, open, readFile } from 'node:fs/promises'
import { coreErrors } from '../errors.ts'

/**
 * A file that somebody named on the command line.
 * @param name of the argument that named it, as it is written there
 * @throws CORE_ARGUMENT_INVALID
 */
export async function readNamedFile(file: string, name: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw unreadable(file, name, cause)
  }
}

/** The same, to be read bit by bit. */
export async function openNamedFile(file: string, name: string): Promise<FileHandle> {
  try {
    return await open(file)
  } catch (cause) {
    throw unreadable(file, name, cause)
  }
}

/** The same, as JSON. */
export async function readNamedJson(file: string, name: string): Promise<unknown> {
  const bytes = await readNamedFile(file, name)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw unreadable(file, name, cause)
  }
}

function unreadable(file: string, name: string, cause: unknown): Error {
  const reason = `${file}: ${cause instanceof Error ? cause.message : String(cause)}`
  return coreErrors.create('ARGUMENT_INVALID', { name, reason }, { cause })
}
