import { Refusal } from '@signalbox/sdk'
import { requireCheck } from './checks-operations.ts'
import type { Value } from './data-check-types.ts'
import type { Page } from './datasets-operations.ts'
import { explanationOf, type Words } from './explanation.ts'
import type { DataChecksPort } from './ports.ts'
import { BASELINE, chartedValue, type WatchedSeries, watchedSeries } from './result-series.ts'
import {
  badRowsOf,
  type CheckResult,
  findResult,
  firstResults,
  resultsOf,
} from './results-store.ts'

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

/** A result as a point of its check's chart, with the limits of the chart and of the check as it is now. */
export interface ChartedResult extends ResultView {
  /** What the rule measures, or the share that passed. */
  readonly charted: number | null
  readonly centre?: number
  readonly lcl?: number
  readonly ucl?: number
  readonly failBelow: number
  readonly warnBelow: number
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
  const { redLine = 1, warn = redLine } = (await requireCheck(check, ctx)).definition
  const found = await resultsOf(check, cursor, limit + 1, ctx)
  const newest = await resultsOf(check, undefined, CHARTED, ctx)
  const series = watchedSeries(await firstResults(check, BASELINE, ctx), newest.toReversed())
  const items = found.slice(0, limit).map(
    (result): ChartedResult => ({
      ...viewOf(result, series?.flags.get(result.run) ?? []),
      charted: chartedValue(result),
      ...(series ? limitsOf(series) : {}),
      failBelow: redLine,
      warnBelow: warn,
    }),
  )
  return {
    items,
    signals: items.flatMap(({ at, flags }) => flags.map((rule) => ({ at, rule }))),
    ...(series ? { chart: { centre: series.centre, sigma: series.sigma } } : {}),
    ...(found.length > limit ? { next: items.at(-1)?.at ?? '' } : {}),
  }
}

/** Three sigma either side (ISO 7870-2). */
function limitsOf({ centre, sigma }: WatchedSeries) {
  return { centre, lcl: centre - 3 * sigma, ucl: centre + 3 * sigma }
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
