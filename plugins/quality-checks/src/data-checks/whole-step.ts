import type { CheckDefinition, Finding } from './data-check-types.ts'
import type { DataChecksPort } from './ports.ts'
import { valuesBefore } from './results-store.ts'
import type { RunPlan } from './run-plan.ts'
import { type SqlText, slotNames } from './scan-sql.ts'
import { drift, freshness, volume } from './whole-rules.ts'
import { newestSql, sampleSql } from './whole-sql.ts'

/** Distributions are compared by samples of at most so many values: the standard error of a share is then below 1 %. */
const SAMPLE = 5000
/** Runs whose row counts are the history of the next. */
const HISTORY = 60

/** A check of the whole dataset: one figure, that passes or does not. */
export async function askWhole(
  plan: RunPlan,
  check: CheckDefinition,
  ctx: DataChecksPort,
): Promise<Finding> {
  const { definition, from, to } = plan
  const newFrom = Math.max(from, plan.newFrom)
  const span = { tenant: ctx.tenant, dataset: definition.dataset, from, to }
  const first = async <Row>({ sql, parameters }: SqlText) =>
    (await ctx.db.query<Row>(sql, parameters)).rows[0]
  if (check.rule === 'volume') {
    const rows = to - (check.of === 'total' ? from : newFrom)
    return volume(rows, await valuesBefore(check.check, HISTORY, ctx), check)
  }
  const slot = slotNames(definition)(check.column ?? definition.watermark ?? '')
  if (check.rule === 'fresh') {
    const found = await first<{ newest: number | null }>(newestSql(slot, span))
    return freshness(
      found?.newest ?? null,
      ctx.now(),
      check.maxAgeMinutes ?? definition.maxAgeMinutes ?? 0,
    )
  }
  const before = await first<{ sample: number[] }>(
    sampleSql(slot, { ...span, to: newFrom }, SAMPLE),
  )
  const current = await first<{ sample: number[] }>(
    sampleSql(slot, { ...span, from: newFrom }, SAMPLE),
  )
  return drift(before?.sample ?? [], current?.sample ?? [], check)
}
