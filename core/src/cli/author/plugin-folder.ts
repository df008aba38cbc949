import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import { coreErrors } from '../../errors.ts'

export interface PluginFolder {
  /** Its real path. */
  readonly folder: string
  readonly name: string
  readonly version: string
  readonly manifest: Manifest
}

/**
 * Names a plugin by its folder. What is in it is not checked here: packing and installing do that, and tell places.
 * @throws CORE_ARGUMENT_INVALID where there is no package.json with a `signalbox` key
 */
export async function readPluginFolder(folder: string): Promise<PluginFolder> {
  try {
    const path = await realpath(folder)
    const text = await readFile(join(path, 'package.json'), 'utf8')
    const { name, version, signalbox } = JSON.parse(text) as Record<string, unknown>
    if (typeof name === 'string' && typeof version === 'string' && isObject(signalbox)) {
      return { folder: path, name, version, manifest: signalbox as unknown as Manifest }
    }
    throw new Error('its package.json lacks "name", "version" or "signalbox"')
  } catch (cause) {
    const reason = `${folder} is no plugin's folder: ${(cause as Error).message}`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'folder', reason }, { cause })
  }
}

/** The contracts that a checked manifest names, with the file of each. */
export async function readContracts({
  folder,
  manifest,
}: PluginFolder): Promise<readonly { readonly file: string; readonly contract: Contract }[]> {
  return Promise.all(
    (manifest.provides?.services ?? []).map(async ({ contract: file }) => ({
      file,
      contract: JSON.parse(await readFile(join(folder, file), 'utf8')) as Contract,
    })),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
