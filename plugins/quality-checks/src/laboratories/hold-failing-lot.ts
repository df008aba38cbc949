import type { Context } from '@signalbox/sdk'
import { holdLot } from '../lots/hold-lot.ts'

/** A report by which a lot does not conform. */
export interface FailingReport {
  readonly laboratory: string
  readonly report: string
  readonly lot: string
  readonly characteristics: readonly string[]
}

/** As many as the words of a reason name. */
const MOST_NAMED = 10

/**
 * Early warning: what is accepted or still pending of a lot goes on hold for a report that fails it. Once for each report
 * and arrival: what a person decided after it stays decided, however often the report comes.
 */
export async function holdFailingLot(ctx: Context, failing: FailingReport): Promise<void> {
  const { laboratory, report, lot, characteristics } = failing
  const names = [...new Set(characteristics)].slice(0, MOST_NAMED).join(', ')
  const key = ctx.hash('SHA-256', JSON.stringify([laboratory, report])).slice(0, 20)
  await holdLot(ctx, lot, {
    id: `laboratory-${key}`,
    reason: {
      code: 'LABORATORY_FAILED',
      text: {
        en: `Report ${report} of ${laboratory} fails ${names}.`,
        'zh-CN': `实验室 ${laboratory} 的报告 ${report} 判定 ${names} 不合格。`,
      },
    },
    by: `laboratory:${laboratory}`,
  })
}
