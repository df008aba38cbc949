import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contract } from '../contract/contract.ts'
import { pluginTypesText } from '../types/plugin-types-text.ts'
import { readJsonFile } from './package-file.ts'
import { namedFiles, type PluginPackage } from './plugin-package.ts'
import { exists, usedFiles } from './used-files.ts'

/** Where a plugin's types are; a source like others, so that an editor and tsc find it without a setting. */
const TYPES_FILE = 'src/signalbox.gen.ts'

/**
 * Writes `src/signalbox.gen.ts`, the type that `definePlugin<Signalbox>` is held to.
 * @param onlyAnew leave it where the plugin has none: nothing is written that nobody asked for
 */
export async function writePluginTypes(
  checked: PluginPackage,
  { onlyAnew = false }: { readonly onlyAnew?: boolean } = {},
): Promise<void> {
  const target = join(checked.folder, TYPES_FILE)
  if (onlyAnew && !(await exists(target))) return
  const schemas = new Map<string, unknown>()
  for (const [, path] of namedFiles(checked.manifest)) {
    const read = await readJsonFile(checked.folder, path)
    if (read.ok) schemas.set(path, read.file.value)
  }
  const used = await usedFiles(checked.folder)
  const isContract = ([name]: readonly [string, unknown]) => name.includes('@')
  const usedContracts = new Map(used.filter(isContract)) as Map<string, Contract>
  const usedEvents = new Map(used.filter((one) => !isContract(one)))
  const sources = { ...checked, schemas, usedContracts, usedEvents }
  await writeFile(target, pluginTypesText(checked.name, sources))
}
