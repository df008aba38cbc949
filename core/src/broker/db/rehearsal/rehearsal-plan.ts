import { lte } from 'semver'
import { checksumOf, type LedgerEntry, type MigrationStep } from '../ledger.ts'

export interface RehearsalPlan {
  /** What stands under the older version, in the order in which it was made. */
  readonly base: readonly MigrationStep[]
  /** What the newer version adds to it. None: there is nothing to rehearse. */
  readonly tried: readonly MigrationStep[]
  /** Steps whose contract took away what the newer version, which does not know them, may still use. */
  readonly contracted: readonly string[]
}

/**
 * What to replay and what to try. Steps of a version that is neither of the two, and newer than the older one,
 * are left out: nothing that the two versions do rests on them. Pure.
 */
export function planRehearsal(
  ledger: readonly LedgerEntry[],
  from: { readonly version: string; readonly steps: readonly MigrationStep[] },
  to: { readonly version: string; readonly steps: readonly MigrationStep[] },
): RehearsalPlan {
  const older = new Set(from.steps.map(({ name }) => name))
  const newer = new Set(to.steps.map(({ name }) => name))
  const base = ledger
    .filter(({ name, version }) => {
      const step = stepOf(name)
      return older.has(step) || (!newer.has(step) && lte(version, from.version))
    })
    .map(({ name, expandSql, downSql }) => ({ name, expandSql, downSql }))
  const stands = new Set(base.map(({ name }) => name))
  const tried = to.steps
    .filter(({ name }) => !stands.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const contracted = ledger
    .filter(({ name, version }) => {
      return name.endsWith('.contract') && !newer.has(stepOf(name)) && !lte(version, to.version)
    })
    .map(({ name }) => stepOf(name))
  return { base, tried, contracted }
}

/** `0001-models` of its ledger entries `0001-models`, `0001-models.backfill` and `0001-models.contract`. */
function stepOf(name: string): string {
  return name.split('.', 1)[0] as string
}

/** What was rehearsed, so that a verdict is not taken for another text. */
export function planDigest({ base, tried, contracted }: RehearsalPlan): string {
  const texts = (steps: readonly MigrationStep[]) =>
    steps.map((step) => `${step.name} ${checksumOf(step)}`).join('\n')
  const gone = contracted.join(' ')
  return checksumOf({ expandSql: texts(base), downSql: `${texts(tried)}\n${gone}` })
}
