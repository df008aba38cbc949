import { checksOf, type StoredCheck } from './checks-store.ts'
import type { Page } from './datasets-operations.ts'
import { listDatasets } from './datasets-store.ts'
import type { DataChecksPort } from './ports.ts'
import { type CheckResult, newestResults } from './results-store.ts'
import { ruleFields } from './rule-fields.ts'
import { requireDataset } from './run-service.ts'
import { type DataScore, type ScoredCheck, scoreOf } from './score.ts'

type Port = DataChecksPort

type Newest = ReadonlyMap<string, CheckResult>

/** The score of a dataset by the newest result of each enabled check. */
export async function score(
  { dataset }: { readonly dataset: string },
  ctx: Port,
): Promise<DataScore & { readonly dataset: string; readonly asOf: string | null }> {
  await requireDataset(dataset, ctx)
  const newest = await newestOf([dataset], ctx)
  const checks = scoredChecks(await checksOf([dataset], ctx), newest)
  return { dataset, ...scoreOf(checks), asOf: asOf(checks, newest) }
}

export interface ScoreLine {
  readonly dataset: string
  readonly score: number | null
  readonly checks: number
  readonly failing: number
  readonly warning: number
  readonly notAssessed: number
  readonly rows: number
  readonly uncheckedRows: number
  readonly asOf: string | null
  readonly owner?: string
}

/** A line for each dataset, by name: what a person looks at first. */
export async function scores(
  { limit = 50, cursor = '' }: Page,
  ctx: Port,
): Promise<{ items: ScoreLine[]; next?: string }> {
  const found = await listDatasets(cursor, limit + 1, ctx)
  const shown = found.slice(0, limit)
  const names = shown.map(({ dataset }) => dataset)
  const newest = await newestOf(names, ctx)
  const checks = await checksOf(names, ctx)
  const items = shown.map((data): ScoreLine => {
    const { owner } = data.definition
    const own = scoredChecks(
      checks.filter(({ definition }) => definition.dataset === data.dataset),
      newest,
    )
    const count = (state: ScoredCheck['state']) =>
      own.filter((check) => check.state === state).length
    return {
      dataset: data.dataset,
      score: scoreOf(own).score,
      checks: own.length,
      failing: count('fail'),
      warning: count('warn'),
      notAssessed: count('not-assessed'),
      rows: data.nextRow - data.firstRow,
      uncheckedRows: data.nextRow - Math.max(data.firstRow, data.checkedRow),
      asOf: asOf(own, newest),
      ...(owner === undefined ? {} : { owner }),
    }
  })
  return found.length > limit ? { items, next: names.at(-1) ?? '' } : { items }
}

async function newestOf(datasets: readonly string[], ctx: Port): Promise<Newest> {
  return new Map((await newestResults(datasets, ctx)).map((result) => [result.check, result]))
}

function scoredChecks(checks: readonly StoredCheck[], newest: Newest): ScoredCheck[] {
  return checks
    .filter(({ definition }) => definition.enabled ?? true)
    .map(({ definition }) => {
      const result = newest.get(definition.check)
      return {
        check: definition.check,
        dimension: definition.dimension ?? ruleFields[definition.rule].dimension,
        weight: definition.weight ?? 1,
        state: result?.state ?? 'not-assessed',
        passRate: result?.passRate ?? null,
        reason: result?.reason ?? undefined,
      }
    })
}

function asOf(checks: readonly ScoredCheck[], newest: Newest): string | null {
  const instants = checks.flatMap(({ check }) => newest.get(check)?.at ?? []).sort()
  return instants.at(-1) ?? null
}
