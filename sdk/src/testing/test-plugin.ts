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
import { readUsedContracts, type UsedContracts } from './used-contracts.ts'

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
  /** Of what others put into its extension points, by point. */
  readonly points: ReadonlyMap<string, ValidateFunction>
  /** What others promise, as far as `uses/` says it. */
  readonly used: UsedContracts
  readonly folder: string
  /** `files` of package.json: what is packed. Undefined: everything. */
  readonly files: readonly string[] | undefined
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
  const byName = async (declared: readonly (readonly [name: string, schema: string])[]) =>
    new Map(
      await Promise.all(
        declared.map(async ([name, path]) => [name, await schemaAt(path)] as const),
      ),
    )
  const { events = [], extensionPoints = [] } = manifest.provides ?? {}
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
    events: await byName(events.map(({ type, schema }) => [type, schema])),
    points: await byName(extensionPoints.map(({ id, schema }) => [id, schema])),
    used: await readUsedContracts(folder, plugin),
    folder,
    files: await packedFiles(folder),
    configJson: JSON.stringify(config),
  }
}

async function packedFiles(folder: string): Promise<readonly string[] | undefined> {
  const { files } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return Array.isArray(files) ? files.filter((entry) => typeof entry === 'string') : undefined
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
