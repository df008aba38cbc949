import type { OrderView } from '../projection/order-view.ts'
import { known } from '../shape/known.ts'
import { stageTexts } from '../stages/stage-texts.ts'
import type { Stage } from '../stages/stages.ts'
import { instantText, when } from '../time/instant.ts'

/** Stages that are the company's own affair are one to the customer: being prepared. */
const shownStage: Readonly<Record<Stage, Stage>> = {
  ...{ entered: 'entered', signing: 'signing', released: 'released', sourcing: 'released' },
  ...{ 'in-production': 'released', inspecting: 'released', ready: 'ready', shipped: 'shipped' },
  ...{ delivered: 'delivered', invoiced: 'delivered', paid: 'delivered', completed: 'completed' },
  cancelled: 'cancelled',
}

/**
 * What a customer may see of his order, each thing named: its number, how far it is, dates, lines in numbers, his parcels. Nothing of
 * prices, people, suppliers, quality, stock, risk, other shipments: what is not here is not told. Pure.
 */
export function sharedView(view: OrderView, expectedAt: number | undefined) {
  const stage = shownStage[view.stays.at(-1)?.stage ?? 'entered']
  return known({
    orderId: view.orderId,
    stage,
    stageText: stageTexts[stage],
    placedAt: when(view.placedAt),
    promisedAt: when(view.promisedAt),
    expectedAt: stage === 'cancelled' ? undefined : when(expectedAt),
    deliveredAt: when(view.deliveredAt),
    lines: view.lines
      .filter(({ isCancelled }) => isCancelled !== true)
      .slice(0, 200)
      .map(({ line, sku, unit, ordered, shipped, delivered }) => ({
        ...{ line, sku, unit, ordered, shipped, delivered },
      })),
    parcels: view.shipments
      .filter(({ direction }) => direction === 'outbound')
      .slice(0, 50)
      .map(({ carrier, status, since, trackingNumbers, eta }) =>
        known({
          ...{ carrier, status, since: instantText(since), trackingNumber: trackingNumbers[0] },
          eta: status === 'delivered' ? undefined : when(eta?.at),
        }),
      ),
    milestones: milestonesOf(view),
    asOf: instantText(view.asOf),
  })
}

/** When the order first came to each stage that the customer knows of. */
function milestonesOf({ stays }: OrderView) {
  const first = new Map<Stage, number>()
  for (const { stage, enteredAt } of stays) {
    const shown = shownStage[stage]
    if (!first.has(shown)) first.set(shown, enteredAt)
  }
  return [...first].map(([stage, at]) => ({
    ...{ stage, text: stageTexts[stage], at: instantText(at) },
  }))
}
