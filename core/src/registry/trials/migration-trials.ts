import type { Localized } from '@signalbox/sdk/errors'
import type { Finding } from '@signalbox/sdk/finding'
import { trialRules } from '@signalbox/sdk/trial-rules'
import type { RehearsalReport, RehearsalWish } from '../../broker/db/rehearsal/rehearse.ts'
import type { Difference } from '../../broker/db/rehearsal/verdict.ts'
import { type MigrationStep, migrationSteps } from '../migration-steps.ts'

export type Rehearse = (wish: RehearsalWish) => Promise<RehearsalReport>

interface Tried {
  readonly version: string
  readonly folder: string
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[]
  readonly sentenceOf: (difference: Difference) => Localized
}

/** Of many differences, those that show the cause. */
const MAX_FINDINGS = 5

/** Expand, down and expand of all steps on a schema that is made for it and dropped: no tenant's rows are there. */
export async function migrationTrials(
  rehearse: Rehearse,
  { version, folder, files, sentenceOf }: Tried,
): Promise<readonly Finding[]> {
  const bytes = new Map(files.map((file) => [file.path, file.bytes]))
  const named = files.map(({ path }) => ({ path, sha256: path, size: 0 }))
  const read = async (path: string) => bytes.get(path)?.toString('utf8') ?? ''
  const tried = await migrationSteps(folder, named, read)
  if (tried.length === 0) return []
  const report = await rehearse({
    plugin: undefined,
    version,
    base: [],
    tried,
    selfTest: async () => undefined,
  })
  return report.differences.slice(0, MAX_FINDINGS).map((difference) => {
    const isBroken = difference.kind === 'failure' && difference.at === 'expand'
    const rule = isBroken ? 'migrations/failed' : 'migrations/not-reversible'
    const file = fileOf(folder, tried, difference)
    return trialRules.find(rule, { file }, { what: sentenceOf(difference) })
  })
}

/** The text that failed, or, of one step, the one that takes back too little. */
function fileOf(
  folder: string,
  steps: readonly MigrationStep[],
  { kind, place }: Difference,
): string {
  if (kind === 'failure' && place.endsWith('.sql')) return `${folder}/${place}`
  const [only] = steps
  return steps.length === 1 && only !== undefined
    ? `${folder}/${only.name}.expand.down.sql`
    : folder
}
