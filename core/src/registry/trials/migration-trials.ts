import { isCodedError, type Localized } from '@signalbox/sdk/errors'
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
  readonly now: () => number
}

/** Of many differences, those that show the cause. */
const MAX_FINDINGS = 5
/** Of all steps together; one takes half a second with its schema and roles. */
const BUDGET_MS = 30_000

/**
 * Expand, down and expand of each step, on what the steps before it made, on a schema that is made for it and dropped:
 * no tenant's rows are there. All steps at once would hide one that takes back too little, as the down of the first
 * drops its table anyway.
 */
export async function migrationTrials(
  rehearse: Rehearse,
  { version, folder, files, sentenceOf, now }: Tried,
): Promise<readonly Finding[]> {
  const steps = await stepsOf(folder, files)
  const endsAt = now() + BUDGET_MS
  for (const [index, step] of steps.entries()) {
    if (now() > endsAt) {
      const words = { seconds: BUDGET_MS / 1000, what: step.name }
      return [trialRules.find('trials/cut-short', { file: folder }, words)]
    }
    const tried = await refusedTexts(folder, () =>
      rehearse({
        plugin: undefined,
        version,
        base: steps.slice(0, index),
        tried: [step],
        selfTest: async () => undefined,
      }),
    )
    if ('refused' in tried) return tried.refused
    const { differences } = tried.report
    // What the later ones rest on does not hold.
    if (differences.length > 0) {
      return differences
        .slice(0, MAX_FINDINGS)
        .map((difference) => findingOf(folder, step, difference, sentenceOf(difference)))
    }
  }
  return []
}

type StepRun = { readonly report: RehearsalReport } | { readonly refused: readonly Finding[] }

/** Statements that no plugin may run are told by file and line; nothing ran then. */
async function refusedTexts(
  folder: string,
  work: () => Promise<RehearsalReport>,
): Promise<StepRun> {
  try {
    return { report: await work() }
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'CORE_PLUGIN_MIGRATION_REFUSED') throw error
    const refused = error.faults.map(({ pointer, detail }) => {
      const [, line, what = detail] = /^line (\d+): (.*)$/s.exec(detail) ?? []
      const file = `${folder}/${pointer.split('/').at(-1)}`
      const place = { file, line: line === undefined ? undefined : Number(line) }
      return trialRules.find('migrations/refused', place, { what })
    })
    return { refused }
  }
}

function stepsOf(folder: string, files: Tried['files']): Promise<readonly MigrationStep[]> {
  const bytes = new Map(files.map((file) => [file.path, file.bytes]))
  const named = files.map(({ path }) => ({ path, sha256: path, size: 0 }))
  return migrationSteps(folder, named, async (path) => bytes.get(path)?.toString('utf8') ?? '')
}

/** In the text that failed, else in the one that takes back too little. */
function findingOf(
  folder: string,
  { name }: MigrationStep,
  { at, kind, place }: Difference,
  what: Localized,
): Finding {
  const isBroken = kind === 'failure' && at === 'expand'
  const rule = isBroken ? 'migrations/failed' : 'migrations/not-reversible'
  const [, failed, line] =
    (kind === 'failure' ? /^(\S+\.sql)(?: line (\d+))?$/.exec(place) : null) ?? []
  const file = `${folder}/${failed ?? `${name}.expand.down.sql`}`
  const found = { file, line: line === undefined ? undefined : Number(line) }
  return trialRules.find(rule, found, { what })
}
