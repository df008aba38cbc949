import semver from 'semver'
import { type Contract, schemaFaults, validateContract } from '../contract/contract.ts'
import { declaredPlanFaults } from '../contract/declared-plans.ts'
import { tierFaults } from '../contract/delivery.ts'
import { lineageOperationFaults } from '../contract/lineage-operations.ts'
import { offeredEventFaults } from '../contract/offered-events.ts'
import { nameFault } from '../contract/provided-service.ts'
import { permissionFaults } from '../contract/required-permissions.ts'
import type { InputFault } from '../errors/coded-error.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import { type Manifest, validateManifest } from '../manifest/manifest.ts'
import { migrationFaults } from './migration-files.ts'
import { fileFault, type JsonFile, placed, readJsonFile } from './package-file.ts'

/** A plugin's folder whose every promise on paper was checked; its code was not looked at. */
export interface PluginPackage {
  readonly folder: string
  readonly name: string
  readonly version: string
  readonly manifest: Manifest
  /** By service id. */
  readonly contracts: ReadonlyMap<string, Contract>
}

interface PackageDocument {
  readonly name?: unknown
  readonly version?: unknown
  readonly keywords?: unknown
  readonly files?: unknown
  readonly dependencies?: unknown
  readonly signalbox?: unknown
}

/**
 * Reads and checks package.json, its manifest, and every file the manifest names.
 * @throws `SDK_PACKAGE_INVALID`, `SDK_MANIFEST_INVALID`, `SDK_FILES_INVALID`, `SDK_CONTRACT_INVALID`, each
 * with all faults of its kind as `file:line:column`, JSON pointer and cure.
 */
export async function readPluginPackage(folder: string): Promise<PluginPackage> {
  const read = await readJsonFile(folder, 'package.json')
  if (!read.ok)
    throw packageInvalid(folder, [{ pointer: '', at: 'package.json', detail: read.fault }])
  const { file } = read
  if (!isDocument(file.value)) {
    throw packageInvalid(folder, placed(file, '', [{ pointer: '', detail: 'must be an object' }]))
  }
  const { name, version } = checkedIdentity(folder, file, file.value)
  const plugin = `${name}@${version}`
  const result = validateManifest(file.value.signalbox)
  if (!result.ok) {
    const faults = placed(file, '/signalbox', result.faults)
    throw sdkErrors.create('MANIFEST_INVALID', { plugin }, { faults })
  }
  const { manifest } = result
  const faults = [
    ...placed(file, '', unpublishedFaults(manifest, file.value)),
    ...placed(file, '/signalbox', await missingFaults(folder, manifest)),
    ...(manifest.migrations === undefined
      ? []
      : await migrationFaults(folder, manifest.migrations)),
    ...(await schemaFileFaults(folder, manifest)),
  ]
  if (faults.length > 0) throw sdkErrors.create('FILES_INVALID', { plugin }, { faults })
  const contracts = await readContracts(folder, plugin, manifest)
  const unplanned = declaredPlanFaults(manifest, Object.fromEntries(contracts))
  if (unplanned.length > 0) {
    const placedFaults = placed(file, '/signalbox', unplanned)
    throw sdkErrors.create('MANIFEST_INVALID', { plugin }, { faults: placedFaults })
  }
  return { folder, name, version, manifest, contracts }
}

function isDocument(value: unknown): value is PackageDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function packageInvalid(folder: string, faults: readonly InputFault[]) {
  return sdkErrors.create('PACKAGE_INVALID', { folder }, { faults })
}

function checkedIdentity(
  folder: string,
  file: JsonFile,
  document: PackageDocument,
): { name: string; version: string } {
  const { name, version, keywords, dependencies } = document
  const faults: InputFault[] = []
  if (
    typeof name !== 'string' ||
    !/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)
  ) {
    faults.push({
      pointer: '/name',
      detail: 'must be an npm package name, such as @acme/first-plugin',
    })
  }
  if (typeof version !== 'string' || semver.valid(version) !== version) {
    faults.push({ pointer: '/version', detail: 'must be an exact semver version, such as 1.0.0' })
  }
  if (!Array.isArray(keywords) || !keywords.includes('signalbox-plugin')) {
    faults.push({
      pointer: '/keywords',
      detail: 'must contain "signalbox-plugin": hosts find plugins by it',
    })
  }
  if (isDocument(dependencies) && Object.keys(dependencies).length > 0) {
    faults.push({
      pointer: '/dependencies',
      detail: 'must be empty, the bundle holds everything: move them to devDependencies',
    })
  }
  if (document.signalbox === undefined) {
    faults.push({ pointer: '/signalbox', detail: 'is required: it is the manifest of a plugin' })
  }
  if (faults.length > 0) throw packageInvalid(folder, placed(file, '', faults))
  return { name: name as string, version: version as string }
}

/** Every file of the package that the manifest names, with the pointer of the property that names it. */
export function namedFiles(manifest: Manifest): [pointer: string, path: string][] {
  const { services, udfs, events, extensionPoints } = manifest.provides ?? {}
  const listed = (kind: string, key: string, paths: readonly string[]) =>
    paths.map((path, index): [string, string] => [`/provides/${kind}/${index}/${key}`, path])
  return [
    ...(manifest.config === undefined ? [] : [['/config', manifest.config] as [string, string]]),
    ...shownFiles(manifest),
    ...listed(
      'services',
      'contract',
      (services ?? []).map(({ contract }) => contract),
    ),
    ...listed(
      'udfs',
      'args',
      (udfs ?? []).map(({ args }) => args),
    ),
    ...listed(
      'events',
      'schema',
      (events ?? []).map(({ schema }) => schema),
    ),
    ...listed(
      'extensionPoints',
      'schema',
      (extensionPoints ?? []).map(({ schema }) => schema),
    ),
  ]
}

/** What people read and see before they install it. */
function shownFiles({ terms, listing }: Manifest): [pointer: string, path: string][] {
  return [
    ...Object.entries(terms?.file ?? {}).map(([language, path]): [string, string] => [
      `/terms/file/${language}`,
      path,
    ]),
    ...(listing?.screenshots ?? []).map(({ file }, index): [string, string] => [
      `/listing/screenshots/${index}/file`,
      file,
    ]),
  ]
}

async function missingFaults(folder: string, manifest: Manifest): Promise<InputFault[]> {
  const faults: InputFault[] = []
  for (const [pointer, path] of namedFiles(manifest)) {
    const detail = await fileFault(folder, path)
    if (detail !== undefined) faults.push({ pointer, detail: `"${path}" ${detail}` })
  }
  if (manifest.migrations !== undefined) {
    const detail = await fileFault(folder, manifest.migrations, 'folder')
    if (detail !== undefined) {
      faults.push({ pointer: '/migrations', detail: `"${manifest.migrations}" ${detail}` })
    }
  }
  return faults
}

/** npm leaves out what `files` does not list, and `dist` is ignored by git in most folders: told before, not after, a publish. */
function unpublishedFaults(manifest: Manifest, { files }: PackageDocument): InputFault[] {
  const needed = [
    manifest.runtime.entry,
    manifest.migrations,
    ...namedFiles(manifest).map(([, path]) => path),
  ]
  const listed = Array.isArray(files) ? files.filter((entry) => typeof entry === 'string') : []
  // A pattern is npm's to judge.
  if (listed.some((entry) => /[*?{!]/.test(entry.replace(/(\/\*\*?)+$/, '')))) return []
  const roots = listed.map((entry) => entry.replace(/^\.?\//, '').replace(/(\/\*\*?)+$|\/+$/, ''))
  return needed
    .filter((path) => path !== undefined)
    .filter((path) => !roots.some((root) => path === root || path.startsWith(`${root}/`)))
    .map((path) => ({
      pointer: '/files',
      detail: `must list "${path}", or npm will not publish it`,
    }))
}

/** Schemas beside the contracts: of settings, of a UDF's arguments, of events and of extension points. */
async function schemaFileFaults(folder: string, manifest: Manifest): Promise<InputFault[]> {
  const contracts = (manifest.provides?.services ?? []).map(({ contract }) => contract)
  // Terms and pictures are for people, and no JSON.
  const others = new Set([...contracts, ...shownFiles(manifest).map(([, path]) => path)])
  const faults: InputFault[] = []
  for (const [, path] of namedFiles(manifest)) {
    if (others.has(path)) continue
    const read = await readJsonFile(folder, path)
    // A file that is not there was told by its pointer in the manifest.
    if (!read.ok && read.fault.startsWith('is not JSON'))
      faults.push({ at: path, pointer: '', detail: read.fault })
    if (!read.ok) continue
    faults.push(...placed(read.file, '', schemaFaults(read.file.value)))
  }
  return faults
}

/** What a contract says and its manifest must too. */
const manifestChecks: readonly ((
  contract: Contract,
  manifest: Manifest,
) => readonly InputFault[])[] = [
  permissionFaults,
  offeredEventFaults,
  lineageOperationFaults,
  (contract, { runtime }) => tierFaults(contract, runtime.tier),
]

async function readContracts(
  folder: string,
  plugin: string,
  manifest: Manifest,
): Promise<ReadonlyMap<string, Contract>> {
  const contracts = new Map<string, Contract>()
  for (const { id, contract: path } of manifest.provides?.services ?? []) {
    const read = await readJsonFile(folder, path)
    const invalid = (faults: readonly InputFault[]) =>
      sdkErrors.create('CONTRACT_INVALID', { contract: path, plugin }, { faults })
    if (!read.ok) throw invalid([{ at: path, pointer: '', detail: read.fault }])
    const result = validateContract(read.file.value)
    if (!result.ok) throw invalid(placed(read.file, '', result.faults))
    const misnamed = nameFault(id, result.contract, Object.fromEntries(contracts))
    if (misnamed !== undefined) throw invalid(placed(read.file, '', [misnamed]))
    for (const faultsIn of manifestChecks) {
      const faults = faultsIn(result.contract, manifest)
      if (faults.length > 0) throw invalid(placed(read.file, '', faults))
    }
    contracts.set(id, result.contract)
  }
  return contracts
}
