import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkedPackage, type PackageInspection } from '@signalbox/sandbox'
import { bounded } from '@signalbox/sdk/check'
import { isCodedError } from '@signalbox/sdk/errors'
import { type Finding, faultFinding, hasError } from '@signalbox/sdk/finding'
import { coreErrors } from '../../errors.ts'
import { offlineTrials } from './offline-trials.ts'
import { packFolder } from './pack-folder.ts'

export interface CheckedTarget {
  /** `name@version`, or the target where it does not say. */
  readonly plugin: string
  readonly findings: readonly Finding[]
}

/**
 * Checks what `npm publish` would send, by the code that a marketplace checks it with, in the same process without
 * rights; then runs what a marketplace runs, but for migrations.
 * @param target a folder, or a tarball
 * @throws CORE_CHECK_TARGET_MISSING, CORE_NPM_PACK_FAILED; what cannot be unpacked is refused as it is at a publish
 */
export async function checkTarget(target: string): Promise<CheckedTarget> {
  const found = await stat(target).catch(() => undefined)
  if (found === undefined) throw coreErrors.create('CHECK_TARGET_MISSING', { target })
  return found.isDirectory() ? checkFolder(target) : checkTarball(target, await readFile(target))
}

async function checkFolder(folder: string): Promise<CheckedTarget> {
  const scratch = await mkdtemp(join(tmpdir(), 'signalbox-check-'))
  try {
    const { file, findings } = await packFolder(resolve(folder), scratch)
    const checked = await checkTarball(folder, await readFile(file))
    return { ...checked, findings: bounded([...findings, ...checked.findings]) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function checkTarball(target: string, tarball: Buffer): Promise<CheckedTarget> {
  const read = await inspected(tarball)
  if ('refused' in read) return { plugin: target, findings: read.refused }
  const { inspection } = read
  const { packageJson, findings } = inspection
  const [name, version] = [String(packageJson['name']), String(packageJson['version'])]
  const plugin = `${name}@${version}`
  if (hasError(findings)) return { plugin, findings }
  const tried = await offlineTrials(inspection, { name, version })
  return { plugin, findings: bounded([...findings, ...tried]) }
}

async function inspected(
  tarball: Buffer,
): Promise<{ readonly inspection: PackageInspection } | { readonly refused: readonly Finding[] }> {
  try {
    return { inspection: await checkedPackage(tarball, undefined) }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const refused = error.faults.map(faultFinding).filter((one) => one !== undefined)
    if (refused.length === 0) throw error
    return { refused }
  }
}
