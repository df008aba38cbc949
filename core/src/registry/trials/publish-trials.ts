import { createHash } from 'node:crypto'
import type { InspectedFile, PackageInspection } from '@signalbox/sandbox'
import type { Localized } from '@signalbox/sdk/errors'
import type { Finding } from '@signalbox/sdk/finding'
import { trialRules } from '@signalbox/sdk/trial-rules'
import type { Difference } from '../../broker/db/rehearsal/verdict.ts'
import type { RunGuest } from '../../broker/self-test.ts'
import { guestTrials } from './guest-trials.ts'
import { migrationTrials, type Rehearse } from './migration-trials.ts'
import type { TrialPolicy } from './trial-policy.ts'

interface Ports {
  readonly runGuest: RunGuest
  readonly rehearse: Rehearse
  readonly sentenceOf: (difference: Difference) => Localized
  readonly policy: TrialPolicy
  readonly now: () => number
  /** Of all of it; a minute when left out. */
  readonly waitMs?: number
}

type Tried = Pick<PackageInspection, 'manifest' | 'contracts'> & {
  readonly files: readonly Pick<InspectedFile, 'path' | 'bytes'>[]
}

/** npm waits five minutes for an answer; a host runs one rehearsal at a time, and others may be before this one. */
const WAIT_MS = 60_000

/**
 * Runs a package before it is published: its migrations on a scratch schema, its self-test and its examples in a lane.
 * @throws what is the host's own trouble: nothing is published then, and it may be sent again
 */
export function publishTrials(ports: Ports) {
  return async (
    inspection: Tried,
    { name, version }: { readonly name: string; readonly version: string },
  ): Promise<readonly Finding[]> => {
    const { promise: patience, done } = patienceOf(ports.waitMs ?? WAIT_MS)
    try {
      const work = runTrials(ports, inspection, name, version)
      const findings = await Promise.race([work, patience])
      // What goes on behind it ends by its own bounds, and nobody waits for it.
      work.catch(() => undefined)
      return ports.policy === 'enforce' ? findings : findings.map(asReport)
    } finally {
      done()
    }
  }
}

async function runTrials(
  { runGuest, rehearse, sentenceOf, now }: Ports,
  { manifest, contracts, files }: Tried,
  plugin: string,
  version: string,
): Promise<readonly Finding[]> {
  const folder = manifest.migrations
  const migrations =
    folder === undefined
      ? []
      : await migrationTrials(rehearse, { version, folder, files, sentenceOf, now })
  const { tier, entry } = manifest.runtime
  const bytes = files.find(({ path }) => path === entry)?.bytes
  if (tier !== 'sandbox' || bytes === undefined) return migrations
  const fileText = (path: string) =>
    files.find((file) => file.path === path)?.bytes.toString('utf8')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const tried = { plugin, version, manifest, contracts, bundle: { sha256, bytes }, fileText }
  return [...migrations, ...(await guestTrials({ runGuest, now }, tried))]
}

/** Where trials decide nothing, one that was cut short asks for nobody either. */
function asReport(finding: Finding): Finding {
  if (finding.rule === 'trials/cut-short') return { ...finding, severity: 'note' }
  return finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding
}

function patienceOf(ms: number) {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<readonly Finding[]>((resolve) => {
    const words = { seconds: ms / 1000, what: 'their end' }
    timer = setTimeout(() => resolve([trialRules.find('trials/cut-short', {}, words)]), ms)
  })
  return { promise, done: () => clearTimeout(timer) }
}
