import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputFault } from '@signalbox/sdk/errors'
import { positionOf } from '@signalbox/sdk/json-position'

/**
 * Faults of files in a folder, each with the line and column that its pointer leads to, as editors open them. A fault
 * that has a line already, or whose file is no JSON, stays as it is.
 */
export async function withLines(
  folder: string,
  faults: readonly InputFault[],
): Promise<readonly InputFault[]> {
  const texts = new Map<string, Promise<string | undefined>>()
  const read = (file: string) => {
    const known = texts.get(file) ?? readFile(join(folder, file), 'utf8').catch(() => undefined)
    texts.set(file, known)
    return known
  }
  return Promise.all(
    faults.map(async (fault) => {
      const { at, pointer } = fault
      if (at === undefined || !/^(?!.*\.\.\/)[\w@][\w./@-]*\.json$/.test(at)) return fault
      const text = await read(at)
      if (text === undefined) return fault
      try {
        JSON.parse(text)
      } catch {
        return fault
      }
      const { line, column } = positionOf(text, pointer)
      return { ...fault, at: `${at}:${line}:${column}` }
    }),
  )
}
