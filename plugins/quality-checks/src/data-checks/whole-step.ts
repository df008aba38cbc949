import type { CheckDefinition, Finding } from './data-check-types.ts'
import type { DataChecksPort } from './ports.ts'
import { valuesBefore } from './results-store.ts'
import type { RunPlan } from './run-plan.ts'
import type { SqlText } from './scan-sql.ts'
import { drift, freshness, volume } from './whole-rules.ts'
import { figuresSql, sampleSql } from './whole-sql.ts'

/** Distributions are compared by samples of at most so many values: the standard error of a share is then below 1 %. */
const SAMPLE = 5000
/** Runs whose row counts are the history of the next. */
const HISTORY = 60
/** A maximum and a count of so many rows take a few tenths of a second. */
const FIGURE_ROWS = 500_000

/** What is known of the figure of a dataset after some of its rows, or what was found after the last of them. */
export type WholeAnswer =
  | { readonly at: number; readonly figure: number | undefined }
  | { readonly finding: Finding }

/**
 * A check of the whole dataset: one figure, that passes or does not.
 * @param at from which row on
 * @param figure what the rows before said
 */
export async function askWhole(
  plan: RunPlan,
  check: CheckDefinition,
  { at, figure }: { readonly at: number; readonly figure: number | undefined },
  ctx: DataChecksPort,
): Promise<WholeAnswer> {
  if (check.rule === 'drift') return { finding: await askDrift(plan, check, ctx) }
  const begin = check.rule === 'volume' && check.of !== 'total' ? newFrom(plan) : plan.from
  if (check.rule === 'volume' && !check.where)
    return { finding: await judgeVolume(plan.to - begin, check, ctx) }
  const from = Math.max(begin, at)
  const to = Math.min(plan.to, from + FIGURE_ROWS)
  const next = await figureOf(plan, check, { from, to }, figure, ctx)
  if (to < plan.to) return { at: to, figure: next }
  if (check.rule === 'volume') return { finding: await judgeVolume(next ?? 0, check, ctx) }
  const bound = check.maxAgeMinutes ?? plan.definition.maxAgeMinutes ?? 0
  return { finding: freshness(next ?? null, ctx.now(), bound) }
}

/** The figure with some more rows: how many they are, or the newest instant. */
async function figureOf(
  { definition }: RunPlan,
  check: CheckDefinition,
  rows: { readonly from: number; readonly to: number },
  before: number | undefined,
  ctx: DataChecksPort,
): Promise<number | undefined> {
  const span = { tenant: ctx.tenant, dataset: definition.dataset, ...rows }
  const column = check.rule === 'fresh' ? (check.column ?? definition.watermark) : undefined
  const text = figuresSql(check, column, definition, span)
  const found = await first<{ rows: number; newest: number | null }>(text, ctx)
  if (check.rule === 'volume') return (before ?? 0) + Number(found?.rows ?? 0)
  return newer(before, found?.newest ?? undefined)
}

function newer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

const newFrom = (plan: RunPlan) => Math.max(plan.from, plan.newFrom)

async function judgeVolume(
  rows: number,
  check: CheckDefinition,
  ctx: DataChecksPort,
): Promise<Finding> {
  return volume(rows, await valuesBefore(check.check, HISTORY, ctx), check)
}

async function askDrift(
  plan: RunPlan,
  check: CheckDefinition,
  ctx: DataChecksPort,
): Promise<Finding> {
  const { definition, from, to } = plan
  const sample = async (rows: { readonly from: number; readonly to: number }) => {
    const span = { tenant: ctx.tenant, dataset: definition.dataset, ...rows }
    const text = sampleSql(check, check.column ?? '', definition, span, SAMPLE)
    return (await first<{ sample: number[] }>(text, ctx))?.sample ?? []
  }
  const before = await sample({ from, to: newFrom(plan) })
  return drift(before, await sample({ from: newFrom(plan), to }), check)
}

async function first<Row>({ sql, parameters }: SqlText, ctx: Pick<DataChecksPort, 'db'>) {
  return (await ctx.db.query<Row>(sql, parameters)).rows[0]
}
