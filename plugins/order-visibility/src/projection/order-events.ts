import type { EventWish } from '@signalbox/sdk'
import { instantText } from '../time/instant.ts'
import type { judged, ViewPart } from './order-row.ts'
import type { KnownRow, OrderWrite } from './projection-store.ts'

interface Change {
  readonly known: KnownRow | undefined
  readonly parts: readonly ViewPart[]
  readonly write: OrderWrite
  readonly judgement: ReturnType<typeof judged>['judgement']
}

/** What others are told of an order whose row becomes another. Pure. */
export function orderEvents({ known, parts, write, judgement }: Change, now: number): EventWish[] {
  return [
    ...stageEvents(write),
    ...promiseEvents(known, write, judgement, now),
    ...(parts.length === 0 ? [] : [viewEvent(parts, write, now)]),
  ]
}

/** What others only named before was in no stage that anybody was told of. */
function stageEvents({ row, before }: OrderWrite): readonly EventWish[] {
  if (before === row.stage || !row.is_known) return []
  const data = {
    ...{ orderId: row.order_id, to: row.stage, at: row.stage_since },
    ...(before === undefined ? {} : { from: before }),
  }
  return [{ type: 'orders.stage.changed', key: row.order_id, data }]
}

function promiseEvents(
  known: KnownRow | undefined,
  { row }: OrderWrite,
  { expectedAt, onTimeProbability = 0, reasons }: Change['judgement'],
  now: number,
): readonly EventWish[] {
  const { is_at_risk: isAtRisk, blocker } = row
  const wasAtRisk = known?.is_at_risk === true
  if (isAtRisk === wasAtRisk || row.promised_at === null) return []
  const common = {
    ...{ orderId: row.order_id, promisedAt: row.promised_at, at: instantText(now) },
    ...(expectedAt === undefined ? {} : { expectedAt: instantText(expectedAt) }),
  }
  const key = row.order_id
  // An order that came to its end late did not recover.
  if (!isAtRisk && onTimeProbability === 0) return []
  if (!isAtRisk) return [{ type: 'orders.promise.recovered', key, data: common }]
  const owner = blocker === null ? {} : { owner: blocker.owner, nextAction: blocker.nextAction }
  const data = { ...common, onTimeProbability, reasons, ...owner }
  return [{ type: 'orders.promise.at-risk', key, data }]
}

/** What a page that shows the order needs to know: which parts to ask for anew, and its head at once. */
function viewEvent(parts: readonly ViewPart[], { row }: OrderWrite, now: number): EventWish {
  const { order_id: orderId, stage, stage_since: since, revision, on_time, blocker } = row
  return {
    type: 'orders.view.changed',
    key: orderId,
    data: {
      ...{ orderId, revision, blocks: parts, stage, since, atRisk: row.is_at_risk },
      ...(row.customer === null ? {} : { customer: row.customer }),
      ...(row.promised_at === null ? {} : { promisedAt: row.promised_at }),
      ...(row.expected_at === null ? {} : { expectedAt: row.expected_at }),
      ...(on_time === null ? {} : { onTimeProbability: on_time }),
      ...(blocker === null
        ? {}
        : {
            blocker: { what: blocker.what, owner: blocker.owner, nextAction: blocker.nextAction },
          }),
      at: instantText(now),
    },
  }
}
