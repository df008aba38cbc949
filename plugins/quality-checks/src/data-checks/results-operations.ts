import { Refusal } from '@signalbox/sdk'
import { requireCheck } from './checks-operations.ts'
import { checksOf } from './checks-store.ts'
import type { Value } from './data-check-types.ts'
import type { Page } from './datasets-operations.ts'
import { explanationOf, type Words } from './explanation.ts'
import type { DataChecksPort } from './ports.ts'
import { BASELINE, watchedSeries } from './result-series.ts'
import {
  badRowsOf,
  type CheckResult,
  findResult,
  firstResults,
  newestResults,
  resultsOf,
} from './results-store.ts'
import { ruleFields } from './rule-fields.ts'
import { requireDataset } from './run-service.ts'
import { type DataScore, scoreOf } from './score.ts'

type Port = DataChecksPort

/** Results that are looked at for the chart, whatever page of them is asked for. */
const CHARTED = 200
const EXAMPLES = 5

export interface ResultView {
  readonly run: string
  readonly at: string
  readonly state: CheckResult['state']
  readonly assessed: number
  readonly unexpected: number
  readonly passRate: number | null
  readonly value?: number
  readonly reason?: string
  /** Rules of control charts that this result completes. */
  readonly flags: readonly string[]
}

function viewOf(result: CheckResult, flags: readonly string[]): ResultView {
  const { run, at, state, assessed, unexpected, passRate, value, reason } = result
  return {
    run,
    at,
    state,
    assessed,
    unexpected,
    passRate,
    ...(value === null ? {} : { value }),
    ...(reason === null ? {} : { reason }),
    flags,
  }
}

/** A check's results, the newest first, each with what control charts say of it. */
export async function results(
  { check, limit = 50, cursor }: Page & { readonly check: string },
  ctx: Port,
) {
  await requireCheck(check, ctx)
  const found = await resultsOf(check, cursor, limit + 1, ctx)
  const newest = await resultsOf(check, undefined, CHARTED, ctx)
  const series = watchedSeries(await firstResults(check, BASELINE, ctx), newest.toReversed())
  const items = found
    .slice(0, limit)
    .map((result) => viewOf(result, series?.flags.get(result.run) ?? []))
  return {
    items,
    ...(series ? { chart: { centre: series.centre, sigma: series.sigma } } : {}),
    ...(found.length > limit ? { next: items.at(-1)?.at ?? '' } : {}),
  }
}

interface OneResult {
  readonly check: string
  /** The newest one, when left out. */
  readonly run?: string
}

async function requireResult({ check, run }: OneResult, ctx: Port): Promise<CheckResult> {
  const found = await findResult(check, run, ctx)
  if (!found)
    throw new Refusal(
      'RESULT_UNKNOWN',
      'There is no such result: run the dataset, and wait until the run is over.',
    )
  return found
}

export async function badRows(
  { check, run }: OneResult,
  ctx: Port,
): Promise<{ run: string; unexpected: number; items: Readonly<Record<string, Value>>[] }> {
  await requireCheck(check, ctx)
  const result = await requireResult({ check, ...(run === undefined ? {} : { run }) }, ctx)
  return {
    run: result.run,
    unexpected: result.unexpected,
    items: await badRowsOf(check, result.run, ctx),
  }
}

/** Why a check has the result it has, with rows that show it. */
export async function explain(input: OneResult, ctx: Port) {
  const { definition } = await requireCheck(input.check, ctx)
  const result = await requireResult(input, ctx)
  const examples = (await badRowsOf(input.check, result.run, ctx)).slice(0, EXAMPLES)
  const text: Words = explanationOf(definition, result)
  return { ...viewOf(result, []), text, examples }
}

/** The score of a dataset by the newest result of each enabled check. */
export async function score(
  { dataset }: { readonly dataset: string },
  ctx: Port,
): Promise<DataScore & { readonly dataset: string; readonly asOf: string | null }> {
  await requireDataset(dataset, ctx)
  const newest = new Map(
    (await newestResults(dataset, ctx)).map((result) => [result.check, result]),
  )
  const enabled = (await checksOf(dataset, ctx)).filter(
    ({ definition }) => definition.enabled ?? true,
  )
  const scored = enabled.map(({ definition }) => {
    const result = newest.get(definition.check)
    return {
      check: definition.check,
      dimension: definition.dimension ?? ruleFields[definition.rule].dimension,
      weight: definition.weight ?? 1,
      state: result?.state ?? ('not-assessed' as const),
      passRate: result?.passRate ?? null,
      reason: result?.reason ?? undefined,
    }
  })
  const instants = [...newest.values()].map(({ at }) => at).sort()
  return { dataset, ...scoreOf(scored), asOf: instants.at(-1) ?? null }
}
