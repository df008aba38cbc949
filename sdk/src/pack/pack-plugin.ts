import { createHash, randomUUID } from 'node:crypto'
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sdkErrors } from '../errors/sdk-errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { type BundleWish, bundlePlugin } from './bundle-plugin.ts'
import { type LoadBundle, loadBundle, loadTrustedBundle, shapeFaults } from './bundle-shape.ts'
import { bundleTrusted } from './bundle-trusted.ts'
import { capabilityWarnings } from './capability-use.ts'
import { type PluginPackage, readPluginPackage } from './plugin-package.ts'
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
  /** JSON of a source map; only with `places`. */
  readonly sourceMap?: string
}

export interface PackWish extends BundleWish {
  /** The folder of the release before, unpacked: what its contracts promise is then promised still. */
  readonly previous?: string | undefined
  /** Write `src/signalbox.gen.ts`. One that is there is always written anew, so that it is never stale. */
  readonly types?: boolean | undefined
  /** Loads a bundle of the sandbox tier to see what it exports; in a process that is started for it, when left out. */
  readonly load?: LoadBundle | undefined
}

/** A plugin without code: what it promises on paper is sound, and nothing was written. */
export interface DeclarativePlugin {
  readonly name: string
  readonly version: string
  readonly tier: 'declarative'
}

/** A bundle that is made, while it is still looked into. */
export interface PluginDraft {
  readonly packed: PackedPlugin
  /** Of the bundle, within the package. */
  readonly entry: string
  readonly code: Uint8Array
  /** Loads it as a sandbox would. @throws `SDK_BUNDLE_UNLIKE_MANIFEST` */
  check(): Promise<void>
}

/**
 * Makes a plugin's folder ready for `npm publish`: checks the manifest, every file it names and every
 * example of its contracts, bundles `src/index.ts`, checks that the bundle loads with nothing but
 * ECMAScript and has a handler for each promise, and writes it to `runtime.entry`.
 *
 * @param wish what is compared, and what is added for who writes it
 * @throws `SDK_PACKAGE_INVALID`, `SDK_MANIFEST_INVALID`, `SDK_FILES_INVALID`, `SDK_CONTRACT_INVALID`,
 * `SDK_CONTRACT_BREAKING`, `SDK_BUNDLE_FAILED`, `SDK_BUNDLE_TOO_LARGE`, `SDK_BUNDLE_UNLIKE_MANIFEST`; `faults`
 * say where and how to cure it. Then nothing is written and an older bundle is gone, so that it cannot be published by mistake.
 */
export async function packPlugin(folder: string, wish: PackWish = {}): Promise<PackedPlugin> {
  return packCode(await checkedPackage(folder, wish), wish)
}

/**
 * As `packPlugin`, of a plugin of any tier: of a declarative one everything but code is checked.
 * @throws what `packPlugin` throws
 */
export async function preparePlugin(
  folder: string,
  wish: PackWish = {},
): Promise<PackedPlugin | DeclarativePlugin> {
  const checked = await checkedPackage(folder, wish)
  const { name, version, manifest } = checked
  const { tier } = manifest.runtime
  return tier === 'declarative' ? { name, version, tier } : packCode(checked, wish)
}

async function packCode(checked: PluginPackage, wish: PackWish): Promise<PackedPlugin> {
  const bundlePath = join(checked.folder, bundleEntry(checked.folder, checked.manifest.runtime))
  try {
    const { packed, code, check } = await draftOf(checked, wish)
    await check()
    await mkdir(dirname(bundlePath), { recursive: true })
    await writeWhole(checked.folder, bundlePath, code)
    return packed
  } catch (error) {
    await rm(bundlePath, { force: true })
    throw error
  }
}

/**
 * As `packPlugin`, for who goes on with the bundle while it is looked into, as `signalbox dev` does. Nothing is written.
 * @throws all but `SDK_BUNDLE_UNLIKE_MANIFEST`
 */
export async function draftPlugin(folder: string, wish: PackWish = {}): Promise<PluginDraft> {
  return draftOf(await checkedPackage(folder, wish), wish)
}

async function checkedPackage(
  folder: string,
  { previous, types = false }: PackWish,
): Promise<PluginPackage> {
  const checked = await readPluginPackage(await realpath(folder))
  await writePluginTypes(checked, { onlyAnew: !types })
  if (previous !== undefined) await requireCompatible(checked, await realpath(previous))
  return checked
}

async function draftOf(
  checked: PluginPackage,
  { places, load = loadBundle }: PackWish,
): Promise<PluginDraft> {
  const { name, version, manifest, folder } = checked
  const plugin = `${name}@${version}`
  const entry = bundleEntry(folder, manifest.runtime)
  const { capabilities } = manifest
  const isTrusted = manifest.runtime.tier === 'trusted'
  const { code, linked, warnings, sourceMap } = isTrusted
    ? { ...(await bundleTrusted(folder, plugin)), sourceMap: undefined }
    : await bundlePlugin(folder, plugin, capabilities, { places })
  const told = [
    ...warnings,
    ...capabilityWarnings(Buffer.from(code).toString(), linked, capabilities),
  ]
  const packed = {
    name,
    version,
    bundlePath: join(folder, entry),
    bytes: code.byteLength,
    sha256: createHash('sha256').update(code).digest('hex'),
    warnings: told,
    ...(sourceMap === undefined ? {} : { sourceMap }),
  }
  return { packed, entry, code, check: () => requireShape(checked, entry, code, load) }
}

async function requireShape(
  checked: PluginPackage,
  entry: string,
  code: Uint8Array,
  load: LoadBundle,
): Promise<void> {
  const { manifest, name, version } = checked
  const loaded =
    manifest.runtime.tier === 'trusted'
      ? await loadedDraft(checked.folder, code)
      : await load(code, manifest.capabilities)
  const faults = loaded.ok
    ? shapeFaults(checked, loaded.shape)
    : [{ pointer: '', at: entry, detail: loaded.reason }]
  const plugin = `${name}@${version}`
  if (faults.length > 0) throw sdkErrors.create('BUNDLE_UNLIKE_MANIFEST', { plugin }, { faults })
}

/** Its tables and native modules are beside it: it is loaded from where it will be. */
async function loadedDraft(folder: string, code: Uint8Array): ReturnType<LoadBundle> {
  const draft = draftPath(folder)
  try {
    await writeFile(draft, code)
    return await loadTrustedBundle(draft, folder)
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Outside of dist/, which npm ships whole; the finished bundle takes its place in one step, so that two packs of one
 * folder never show each other half a file.
 */
function draftPath(folder: string): string {
  return join(folder, `.plugin-${process.pid}-${randomUUID()}.draft.mjs`)
}

async function writeWhole(folder: string, path: string, code: Uint8Array): Promise<void> {
  const draft = draftPath(folder)
  try {
    await writeFile(draft, code)
    await rename(draft, path)
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
