import { createHash } from 'node:crypto'
import { type PackageInspection, Sandbox } from '@signalbox/sandbox'
import type { Finding } from '@signalbox/sdk/finding'
import { trialRules } from '@signalbox/sdk/trial-rules'
import { guestTrials } from '../../registry/trials/guest-trials.ts'

/** Runs self-test and examples in a lane of its own; migrations need the database of a host. */
export async function offlineTrials(
  { manifest, contracts, files }: PackageInspection,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<readonly Finding[]> {
  const { tier, entry } = manifest.runtime
  const untried =
    manifest.migrations === undefined
      ? []
      : [trialRules.find('migrations/not-tried', { file: manifest.migrations })]
  const bytes = files.find(({ path }) => path === entry)?.bytes
  if (tier !== 'sandbox' || bytes === undefined) return untried
  const fileText = (path: string) =>
    files.find((file) => file.path === path)?.bytes.toString('utf8')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const ports = {
      runGuest: (call: Parameters<Sandbox['call']>[0]) => sandbox.call(call),
      now: Date.now,
    }
    const tried = {
      plugin: name,
      version,
      manifest,
      contracts,
      bundle: { sha256, bytes },
      fileText,
    }
    return [...untried, ...(await guestTrials(ports, tried))]
  } finally {
    await sandbox.stop()
  }
}
