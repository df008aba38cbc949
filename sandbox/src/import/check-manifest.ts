import { type Contract, schemaFaults, validateContract } from '@signalbox/sdk/contract'
import { declaredPlanFaults } from '@signalbox/sdk/declared-plans'
import { tierFaults } from '@signalbox/sdk/delivery'
import type { InputFault } from '@signalbox/sdk/errors'
import { lineageOperationFaults } from '@signalbox/sdk/lineage-operations'
import { type Manifest, validateManifest } from '@signalbox/sdk/manifest'
import { offeredEventFaults } from '@signalbox/sdk/offered-events'
import { permissionFaults } from '@signalbox/sdk/permissions'
import { nameFault } from '@signalbox/sdk/provided-service'
import { checkMigrations } from './check-migrations.ts'
import type { PackageFaults, PackageFiles } from './package-files.ts'
import type { PackageLimits } from './package-limits.ts'

const ROOT = '/signalbox'

/** Checks the manifest and every file it names. @returns nothing when the manifest itself is wrong. */
export function checkManifest(
  value: unknown,
  files: PackageFiles,
  limits: PackageLimits,
  faults: PackageFaults,
): { manifest: Manifest; contracts: Record<string, Contract> } | undefined {
  const result = validateManifest(value)
  if (!result.ok) {
    tell(result.faults, 'package.json', ROOT, faults)
    return undefined
  }
  const { manifest } = result
  checkEntry(manifest, files, limits, faults)
  checkSchemas(manifest, files, faults)
  checkShown(manifest, files, faults)
  for (const [index, { command, health }] of (manifest.resources ?? []).entries()) {
    files.bytes(command[0] ?? '', `${ROOT}/resources/${index}/command/0`)
    files.bytes(health[0] ?? '', `${ROOT}/resources/${index}/health/0`)
  }
  if (manifest.migrations !== undefined) {
    checkMigrations(manifest.migrations, files.namesIn(manifest.migrations), faults)
  }
  const contracts = checkContracts(manifest, files, faults)
  // Where a contract is wrong, that is told, and not what follows from it.
  if (Object.keys(contracts).length === (manifest.provides?.services ?? []).length) {
    tell(declaredPlanFaults(manifest, contracts), 'package.json', ROOT, faults)
  }
  return { manifest, contracts }
}

function checkEntry(
  manifest: Manifest,
  files: PackageFiles,
  limits: PackageLimits,
  faults: PackageFaults,
): void {
  const { entry } = manifest.runtime
  if (entry === undefined) return
  const text = files.text(entry, `${ROOT}/runtime/entry`)
  if (text === undefined) return
  const bytes = Buffer.byteLength(text)
  if (bytes > limits.entryBytes) {
    const detail = `has ${bytes} bytes, at most ${limits.entryBytes}: bundle less, or ship data as assets`
    faults.add(entry, '', detail)
  }
}

function checkContracts(
  manifest: Manifest,
  files: PackageFiles,
  faults: PackageFaults,
): Record<string, Contract> {
  const contracts: Record<string, Contract> = {}
  for (const [index, service] of (manifest.provides?.services ?? []).entries()) {
    const pointer = `${ROOT}/provides/services/${index}`
    const file = files.json(service.contract, `${pointer}/contract`)
    if (file === undefined) continue
    const result = validateContract(file.value)
    if (!result.ok) {
      tell(result.faults, service.contract, '', faults)
      continue
    }
    const { contract } = result
    tell(tierFaults(contract, manifest.runtime.tier), service.contract, '', faults)
    const misnamed = nameFault(service.id, contract, contracts)
    if (misnamed !== undefined) {
      tell([misnamed], service.contract, '', faults)
    } else {
      tell(permissionFaults(contract, manifest), service.contract, '', faults)
      tell(offeredEventFaults(contract, manifest), service.contract, '', faults)
      tell(lineageOperationFaults(contract, manifest), service.contract, '', faults)
      contracts[service.id] = contract
    }
  }
  return contracts
}

/** Schemas that are no contract: settings, arguments of UDFs, events, extension points. */
function checkSchemas(manifest: Manifest, files: PackageFiles, faults: PackageFaults): void {
  const { config, provides = {} } = manifest
  const named: [pointer: string, path: string][] = [
    ...(config === undefined ? [] : [[`${ROOT}/config`, config] as [string, string]]),
    ...(provides.udfs ?? []).map(({ args }, index): [string, string] => [
      `${ROOT}/provides/udfs/${index}/args`,
      args,
    ]),
    ...(provides.events ?? []).map(({ schema }, index): [string, string] => [
      `${ROOT}/provides/events/${index}/schema`,
      schema,
    ]),
    ...(provides.extensionPoints ?? []).map(({ schema }, index): [string, string] => [
      `${ROOT}/provides/extensionPoints/${index}/schema`,
      schema,
    ]),
  ]
  for (const [pointer, path] of named) {
    const file = files.json(path, pointer)
    if (file === undefined) continue
    tell(schemaFaults(file.value), path, '', faults)
  }
}

/** Terms beyond it nobody reads to the end, and every install shows them. */
const MAX_TERMS_BYTES = 64 * 1024

/** A page is sent whole, as a part of an asset is. */
const MAX_PAGE_BYTES = 180 * 1024

/** What people read and see before they install it, and what visitors of links do. */
function checkShown(
  { terms, listing, capabilities }: Manifest,
  files: PackageFiles,
  faults: PackageFaults,
): void {
  for (const [language, path] of Object.entries(terms?.file ?? {})) {
    const text = files.text(path, `${ROOT}/terms/file/${language}`)
    if (text === undefined || Buffer.byteLength(text) <= MAX_TERMS_BYTES) continue
    faults.add(path, '', `has more than ${MAX_TERMS_BYTES} bytes: say it shorter`)
  }
  for (const [index, { file }] of (listing?.screenshots ?? []).entries()) {
    files.bytes(file, `${ROOT}/listing/screenshots/${index}/file`)
  }
  for (const [index, { page }] of (capabilities?.['link:share'] ?? []).entries()) {
    if (page === undefined) continue
    const text = files.text(page, `${ROOT}/capabilities/link:share/${index}/page`)
    if (text === undefined || Buffer.byteLength(text) <= MAX_PAGE_BYTES) continue
    faults.add(page, '', `has more than ${MAX_PAGE_BYTES} bytes: a page of links is one small file`)
  }
}

function tell(
  found: readonly InputFault[],
  at: string,
  prefix: string,
  faults: PackageFaults,
): void {
  for (const { pointer, detail } of found) faults.add(at, `${prefix}${pointer}`, detail)
}
