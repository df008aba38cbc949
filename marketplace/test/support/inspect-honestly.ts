import { validateManifest } from '@signalbox/sdk/manifest'
import type { InspectPackage } from '../../src/ports.ts'
import { filesOf } from './tarball.ts'

/** Reads what is really in a well-formed tarball, in this process: for tests whose point lies elsewhere. */
export const inspectHonestly: InspectPackage = async (tarball) => {
  const files = filesOf(tarball)
  const packageJson = JSON.parse(String(files.get('package.json')))
  const checked = validateManifest(packageJson.signalbox)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return {
    unpackedSize: [...files.values()].reduce((total, file) => total + file.length, 0),
    packageJson,
    manifest: checked.manifest,
    contracts: {},
    files: [...files].map(([path, bytes]) => ({ path, bytes })),
    findings: [],
  }
}
