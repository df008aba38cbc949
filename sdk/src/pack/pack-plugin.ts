import { createHash, randomUUID } from 'node:crypto'
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sdkErrors } from '../errors/sdk-errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { bundlePlugin } from './bundle-plugin.ts'
import { loadBundle, loadTrustedBundle, shapeFaults } from './bundle-shape.ts'
import { bundleTrusted } from './bundle-trusted.ts'
import { capabilityWarnings } from './capability-use.ts'
import { readPluginPackage } from './plugin-package.ts'
import { requireCompatible } from './previous-contracts.ts'
import { writePluginTypes } from './write-plugin-types.ts'

export interface PackedPlugin {
  readonly name: string
  readonly version: string
  /** Absolute path of the written bundle. */
  readonly bundlePath: string
  readonly bytes: number
  /** Hexadecimal; equal for equal sources. */
  readonly sha256: string
  /** What the author should look at, though it can be published. */
  readonly warnings: readonly string[]
}

interface PackOptions {
  /** The folder of the release before, unpacked: what its contracts promise is then promised still. */
  readonly previous?: string | undefined
  /** Write `src/signalbox.gen.ts`. One that is there is always written anew, so that it is never stale. */
  readonly types?: boolean | undefined
}

/**
 * Makes a plugin's folder ready for `npm publish`: checks the manifest, every file it names and every
 * example of its contracts, bundles `src/index.ts`, checks that the bundle loads with nothing but
 * ECMAScript and has a handler for each promise, and writes it to `runtime.entry`.
 *
 * @throws `SDK_PACKAGE_INVALID`, `SDK_MANIFEST_INVALID`, `SDK_FILES_INVALID`, `SDK_CONTRACT_INVALID`,
 * `SDK_CONTRACT_BREAKING`, `SDK_BUNDLE_FAILED`, `SDK_BUNDLE_TOO_LARGE`, `SDK_BUNDLE_UNLIKE_MANIFEST`; `faults`
 * say where and how to cure it. Then nothing is written and an older bundle is gone, so that it cannot be published by mistake.
 */
export async function packPlugin(
  folder: string,
  { previous, types = false }: PackOptions = {},
): Promise<PackedPlugin> {
  const checked = await readPluginPackage(await realpath(folder))
  await writePluginTypes(checked, { onlyAnew: !types })
  if (previous !== undefined) await requireCompatible(checked, await realpath(previous))
  const { name, version, manifest } = checked
  const plugin = `${name}@${version}`
  const entry = bundleEntry(checked.folder, manifest.runtime)
  const bundlePath = join(checked.folder, entry)
  // Outside of dist/, which npm ships whole; the finished bundle takes its place in one step, so that two
  // packs of one folder never show each other half a file.
  const draft = join(checked.folder, `.plugin-${process.pid}-${randomUUID()}.draft.mjs`)
  try {
    const { capabilities } = manifest
    const isTrusted = manifest.runtime.tier === 'trusted'
    const { code, linked, warnings } = isTrusted
      ? await bundleTrusted(checked.folder, plugin)
      : await bundlePlugin(checked.folder, plugin, capabilities)
    await mkdir(dirname(bundlePath), { recursive: true })
    await writeFile(draft, code)
    const loaded = isTrusted
      ? await loadTrustedBundle(draft, checked.folder)
      : await loadBundle(draft, capabilities)
    const faults = loaded.ok
      ? shapeFaults(checked, loaded.shape)
      : [{ pointer: '', at: entry, detail: loaded.reason }]
    if (faults.length > 0) throw sdkErrors.create('BUNDLE_UNLIKE_MANIFEST', { plugin }, { faults })
    await rename(draft, bundlePath)
    const sha256 = createHash('sha256').update(code).digest('hex')
    const text = Buffer.from(code).toString()
    const unasked = capabilityWarnings(text, linked, capabilities)
    const bytes = code.byteLength
    return { name, version, bundlePath, bytes, sha256, warnings: [...warnings, ...unasked] }
  } catch (error) {
    await rm(bundlePath, { force: true })
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Only a file under dist/ is written, and removed when packing fails: never a source that a typing error names. */
function bundleEntry(folder: string, { tier, entry }: Manifest['runtime']): string {
  if (entry !== undefined && /^dist\/.+\.js$/.test(entry)) return entry
  const fault =
    tier === 'declarative'
      ? { pointer: '/signalbox/runtime/tier', detail: 'a declarative plugin is published as it is' }
      : { pointer: '/signalbox/runtime/entry', detail: 'must be a .js file under dist/' }
  const faults = [{ at: 'package.json', ...fault }]
  throw sdkErrors.create('PACKAGE_INVALID', { folder }, { faults })
}
