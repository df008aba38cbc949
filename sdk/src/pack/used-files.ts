import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJsonFile } from './package-file.ts'

/** Contracts of services that it calls (`orders.demand@1.json`), schemas of events that it hears (`orders.created.json`). */
const USES_FOLDER = 'uses'

/** What others promise, as an author keeps it beside a plugin, by name without `.json`. What is no JSON is left out. */
export async function usedFiles(folder: string): Promise<[string, unknown][]> {
  if (!(await exists(join(folder, USES_FOLDER)))) return []
  const names = (await readdir(join(folder, USES_FOLDER))).filter((name) => name.endsWith('.json'))
  const read = await Promise.all(
    names.sort().map(async (name) => {
      const result = await readJsonFile(folder, `${USES_FOLDER}/${name}`)
      return result.ok ? [[name.slice(0, -'.json'.length), result.file.value] as const] : []
    }),
  )
  return read.flat().map(([name, value]) => [name, value])
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
