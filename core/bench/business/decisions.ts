import type { Company } from '../../test/support/company.ts'
import { quantile, round1 } from '../quantile.ts'

const SERVICE = 'quality.inspection@1'
/** Before these the lane has compiled little of the plugin. */
const WARM_UP = 20

/**
 * From a person's decision on a lot to the answer: severity, plan and results are read, quantities move, stock is released
 * and told of, in one transaction. Over HTTP, one after the other.
 */
export async function decisionTimes(
  company: Company,
  lots: number,
): Promise<Readonly<Record<string, unknown>>> {
  await company.ask(SERVICE, 'definePlan', {
    plan: 'rings',
    name: { en: 'Rings', 'zh-CN': '套圈' },
    scope: { item: 'BENCH-RING' },
    characteristics: [
      {
        id: 'surface',
        name: { en: 'Surface', 'zh-CN': '表面' },
        kind: 'attribute',
        classes: [{ class: 'major', aql: 1 }],
      },
    ],
    sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
    frequency: { kind: 'all' },
    decidedBy: 'person',
  })
  const recorded: number[] = []
  const decided: number[] = []
  for (let index = 0; index < lots + WARM_UP; index++) {
    const { inspection } = await company.ask(SERVICE, 'createInspection', {
      document: `BENCH-${index}`,
      arrivedAt: '2026-11-27T08:00:00Z',
      lot: `BENCH-${index}`,
      item: 'BENCH-RING',
      supplier: 'BENCH',
      quantity: 500,
      unit: 'C62',
    })
    const results = [{ id: `r-${index}`, characteristic: 'surface', inspected: 50, pass: true }]
    const { revision } = await timed(recorded, () =>
      company.ask(SERVICE, 'record', { inspection, results }),
    )
    await timed(decided, () =>
      company.ask(SERVICE, 'decide', {
        inspection,
        id: `d-${index}`,
        revision,
        lines: [{ to: 'accepted', quantity: 500 }],
      }),
    )
  }
  const times = decided.slice(WARM_UP)
  return {
    decisions: times.length,
    decision_ms_p50: round1(quantile(times, 0.5)),
    decision_ms_p95: round1(quantile(times, 0.95)),
    record_ms_p95: round1(quantile(recorded.slice(WARM_UP), 0.95)),
  }
}

async function timed<Value>(times: number[], work: () => Promise<Value>): Promise<Value> {
  const before = performance.now()
  const value = await work()
  times.push(performance.now() - before)
  return value
}
