import type { Context, PluginEvent } from '@signalbox/sdk'
import { again } from '../calls/again.ts'
import { drawId } from '../calls/draw-id.ts'
import { toldTransaction } from '../calls/told-transaction.ts'
import { type LogisticsConfig, lookRules } from '../settings.ts'
import { exceptionOpened } from '../watching/look.ts'
import { openExceptions } from '../watching/watch-store.ts'
import { listExceptions } from './exception-store.ts'
import { ownerOf } from './owner-rules.ts'

interface Alarm {
  readonly shipment: string
  readonly orders?: readonly string[]
  readonly purchaseOrder?: string
  readonly measure: string
  readonly value: number
  readonly unit: string
  readonly lots?: readonly string[]
}

/** A broken cold chain is in the way of a shipment until somebody has judged the goods; further alarms of it are the same exception. */
export async function onSensorAlarm({ data }: PluginEvent<Alarm>, ctx: Context): Promise<void> {
  const { shipment, orders = [], purchaseOrder, measure, value, unit, lots = [] } = data
  const kind = measure === 'temperature' ? 'temperature' : 'damaged'
  await again(async () => {
    const [open] = await listExceptions(ctx, { shipment, kind, open: true, limit: 1 })
    if (open !== undefined) return
    const rules = lookRules(ctx.config as LogisticsConfig).owners
    const owner = ownerOf(rules, { kind, ...(await whereFrom(shipment, ctx)) })
    const exception = {
      ...({ exception: drawId(ctx, 'exc'), kind, shipment } as const),
      ...(owner === undefined ? {} : { owner }),
      text: {
        en: `A sensor reports ${measure} of ${value} ${unit}${named(', lots ', lots)}`,
        'zh-CN': `传感器报警：${measures[measure] ?? measure} ${value} ${unit}${named('，批次 ', lots)}`,
      },
    }
    const nowMs = ctx.now()
    const of = { shipment, orders, ...(purchaseOrder === undefined ? {} : { purchaseOrder }) }
    await toldTransaction(
      ctx,
      [openExceptions(ctx.tenant, [exception], nowMs)],
      [exceptionOpened(of, exception, nowMs)],
    )
  })
}

const MOST_NAMED = 5

function named(before: string, lots: readonly string[]): string {
  if (lots.length === 0) return ''
  const more = lots.length > MOST_NAMED ? ' …' : ''
  return `${before}${lots.slice(0, MOST_NAMED).join(', ')}${more}`.slice(0, 150)
}

/** What rules of owners ask for; of goods in no registered shipment nothing is known but that they are here. */
async function whereFrom(shipment: string, { db }: Context) {
  const { rows } = await db.query<{
    direction: string
    lane: string | null
    carrier: string | null
  }>(
    `select h.direction, h.origin || ' > ' || h.destination as lane,
            (select min(p.carrier) from parcels p where p.shipment = h.shipment having count(distinct p.carrier) = 1) as carrier
       from shipments h where h.shipment = $1`,
    [shipment],
  )
  const { direction = 'inbound', lane = null, carrier = null } = rows[0] ?? {}
  return { direction, ...(lane === null ? {} : { lane }), ...(carrier === null ? {} : { carrier }) }
}

const measures: Readonly<Record<string, string>> = {
  temperature: '温度',
  humidity: '湿度',
  shock: '冲击',
  light: '光照',
  pressure: '压力',
}
