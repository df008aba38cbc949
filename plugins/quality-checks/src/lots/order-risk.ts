import type { Context } from '@signalbox/sdk'
import { severityOf } from '../inspection/inspection-events.ts'
import type { InspectionRow } from '../inspection/inspection-row.ts'
import { isRejected } from '../inspection/inspection-test.ts'
import type { Reason } from '../words/local-text.ts'
import { blockedQuantity } from './lot-states.ts'
import { findOfOrder, type OrderedRow } from './lot-store.ts'

type RiskReason = Reason & { readonly lot: string; readonly probability: number }

/**
 * How likely quality keeps goods from an order, 0 to 100, with what says so.
 *
 * Each lot fails by itself with the probability of its gravest reason, and the order is safe where all of its lots are:
 * 100 × (1 − Π(1 − p)). The probabilities are ranks put into numbers, by judgement, and not measured; their order is what counts.
 */
export async function orderRisk({ orderId }: { readonly orderId: string }, ctx: Context) {
  const rows = await findOfOrder(ctx, orderId)
  const now = ctx.now()
  const byLot = rows.map((row) => riskOf(row, now))
  const safe = byLot.reduce((product, reasons) => product * (1 - gravest(reasons)), 1)
  return {
    orderId,
    lots: rows.length,
    riskScore: Math.round(100 * (1 - safe)),
    reasons: byLot
      .flat()
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 50),
  }
}

function gravest(reasons: readonly RiskReason[]): number {
  return Math.max(0, ...reasons.map(({ probability }) => probability))
}

interface Risk {
  readonly code: string
  readonly when: (row: OrderedRow, now: number) => boolean
  readonly probability: (row: OrderedRow) => number
  readonly text: (row: OrderedRow) => Reason['text']
}

const share = (part: number, { quantity }: InspectionRow) => part / quantity

/** What may keep goods from an order. */
const risks: readonly Risk[] = [
  {
    code: 'LOT_REJECTED',
    when: ({ rejected }) => rejected > 0,
    // What is rejected does not come; a small part may be made up for.
    probability: (row) => 0.5 + 0.5 * share(row.rejected, row),
    text: ({ lot, rejected, unit }) => ({
      en: `${rejected} ${unit} of lot ${lot} are rejected.`,
      'zh-CN': `批次 ${lot} 有 ${rejected} ${unit} 被拒收。`,
    }),
  },
  {
    code: 'SAMPLE_REJECTS',
    when: (row) =>
      blockedQuantity(row) > 0 && row.tests.some((test) => isRejected(test) && !test.screening),
    probability: () => 0.8,
    text: ({ lot }) => ({
      en: `The sample rejects lot ${lot}, which waits for its decision.`,
      'zh-CN': `批次 ${lot} 抽样不合格，待判定。`,
    }),
  },
  {
    code: 'LOT_ON_HOLD',
    when: ({ hold }) => hold > 0,
    probability: (row) => 0.3 + 0.3 * share(row.hold, row),
    text: ({ lot, hold, unit }) => ({
      en: `${hold} ${unit} of lot ${lot} are on hold.`,
      'zh-CN': `批次 ${lot} 有 ${hold} ${unit} 被冻结。`,
    }),
  },
  {
    code: 'INSPECTION_OVERDUE',
    when: ({ pending, dueAt }, now) => pending > 0 && dueAt !== null && Date.parse(dueAt) < now,
    probability: () => 0.3,
    text: ({ lot }) => ({
      en: `The inspection of lot ${lot} is overdue.`,
      'zh-CN': `批次 ${lot} 检验已逾期。`,
    }),
  },
  {
    code: 'STRICT_INSPECTION',
    when: (row) => row.pending > 0 && ['tightened', 'discontinued'].includes(severityOf(row.tests)),
    probability: () => 0.25,
    text: ({ lot }) => ({
      en: `Lot ${lot} is on tightened inspection, as lots before it failed.`,
      'zh-CN': `批次 ${lot} 因前批不合格而加严检验。`,
    }),
  },
  {
    code: 'SUPPLIER_GRADE_LOW',
    when: ({ pending, grade }) => pending > 0 && (grade === 'C' || grade === 'D'),
    probability: ({ grade }) => (grade === 'D' ? 0.25 : 0.15),
    text: ({ lot, grade, supplier }) => ({
      en: `Lot ${lot} is of ${supplier}, a supplier of grade ${grade}.`,
      'zh-CN': `批次 ${lot} 的供应商 ${supplier} 评级为 ${grade}。`,
    }),
  },
  {
    code: 'INSPECTION_PENDING',
    when: ({ pending }) => pending > 0,
    probability: () => 0.1,
    text: ({ lot, pending, unit }) => ({
      en: `${pending} ${unit} of lot ${lot} wait for inspection.`,
      'zh-CN': `批次 ${lot} 有 ${pending} ${unit} 待检。`,
    }),
  },
]

function riskOf(row: OrderedRow, now: number): readonly RiskReason[] {
  return risks
    .filter(({ when }) => when(row, now))
    .map(({ code, probability, text }) => ({
      code,
      text: text(row),
      lot: row.lot,
      probability: Number(probability(row).toFixed(3)),
    }))
}
