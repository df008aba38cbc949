import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { type CompiledOperation, compileContracts } from '../contract/compile-contract.ts'
import { contractCompiler } from '../contract/contract.ts'
import type { Grant } from '../host-calls/call-rule.ts'
import { hostRefusals } from '../host-calls/host-refusals.ts'
import {
  capabilityRequests,
  type Manifest,
  type RuntimeLimits,
  runtimeLimits,
} from '../manifest/manifest.ts'
import { readPluginPackage } from '../pack/plugin-package.ts'
import { faultsOf } from '../schema/validate.ts'

/** A plugin's folder as a host would have installed it, but for its code. */
export interface InstalledFolder {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  readonly limits: RuntimeLimits
  /** By `table/operation`, as its handlers stand in the code. */
  readonly operations: ReadonlyMap<string, CompiledOperation>
  /** Of the data of its events, by type. */
  readonly events: ReadonlyMap<string, ValidateFunction>
  readonly configJson: string
}

/**
 * Reads and checks a folder by the code that packs it.
 * @param config the tenant's settings
 * @throws what `signalbox pack` says of manifest and files; CORE_CONFIG_INVALID
 */
export async function installFolder(
  where: string | URL,
  config: unknown,
): Promise<InstalledFolder> {
  const folder = await realpath(typeof where === 'string' ? where : fileURLToPath(where))
  const { name: plugin, version, manifest, contracts } = await readPluginPackage(folder)
  const schemaAt = async (path: string) =>
    contractCompiler().compile(JSON.parse(await readFile(join(folder, path), 'utf8')))
  const declared = manifest.provides?.events ?? []
  const events = await Promise.all(
    declared.map(async ({ type, schema }) => [type, await schemaAt(schema)] as const),
  )
  if (manifest.config !== undefined) {
    const validate = await schemaAt(manifest.config)
    if (!validate(config)) {
      throw hostRefusals.create(
        'CONFIG_INVALID',
        { plugin, version },
        { faults: faultsOf(validate) },
      )
    }
  }
  return {
    plugin,
    version,
    manifest,
    limits: runtimeLimits(manifest),
    operations: compileContracts(manifest, Object.fromEntries(contracts)),
    events: new Map(events),
    configJson: JSON.stringify(config),
  }
}

/** Whether a wish of the manifest is granted. */
export type Granting = 'asked' | 'required' | readonly string[]

/** What an admin would have given: everything, what is not optional, or capabilities by their names. */
export function grantsOfManifest(manifest: Manifest, granting: Granting): readonly Grant[] {
  return capabilityRequests(manifest)
    .filter(({ name, optional }) => {
      if (granting === 'asked') return true
      return granting === 'required' ? !optional : granting.includes(name)
    })
    .map(({ name, parameters }, index) => ({
      id: `grant-${index + 1}`,
      capability: name,
      parameters: parameters as Grant['parameters'],
    }))
}
