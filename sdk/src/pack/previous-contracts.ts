import { breakingFaults } from '../contract/compatibility/breaking-faults.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import { placed, readJsonFile } from './package-file.ts'
import { type PluginPackage, readPluginPackage } from './plugin-package.ts'

/**
 * Compares a plugin's contracts with those of the release before it, as the marketplace will at a publish.
 * @throws SDK_CONTRACT_BREAKING with the file and line of each change that would break callers
 */
export async function requireCompatible(
  { folder, name, version, manifest, contracts }: PluginPackage,
  previousFolder: string,
): Promise<void> {
  const previous = await readPluginPackage(previousFolder)
  const old = Object.fromEntries(previous.contracts)
  const paths = new Map(manifest.provides?.services?.map(({ id, contract }) => [id, contract]))
  const found = breakingFaults(old, Object.fromEntries(contracts))
  const faults = await Promise.all(
    found.map(async ({ service, ...fault }) => {
      const read = await readJsonFile(folder, paths.get(service) ?? '')
      return read.ok ? placed(read.file, '', [fault]) : [fault]
    }),
  )
  if (found.length === 0) return
  const words = { plugin: `${name}@${version}`, previous: `${previous.name}@${previous.version}` }
  throw sdkErrors.create('CONTRACT_BREAKING', words, { faults: faults.flat() })
}
