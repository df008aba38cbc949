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
}

/** A broken cold chain is in the way of a shipment until somebody has judged the goods; further alarms of it are the same exception. */
export async function onSensorAlarm({ data }: PluginEvent<Alarm>, ctx: Context): Promise<void> {
  const { shipment, orders = [], purchaseOrder, measure, value, unit } = data
  const kind = measure === 'temperature' ? 'temperature' : 'damaged'
  await again(async () => {
    const [open] = await listExceptions(ctx, { shipment, kind, open: true, limit: 1 })
    if (open !== undefined) return
    const rules = lookRules(ctx.config as LogisticsConfig).owners
    const owner = ownerOf(rules, { kind, direction: 'inbound' })
    const exception = {
      ...({ exception: drawId(ctx, 'exc'), kind, shipment } as const),
      ...(owner === undefined ? {} : { owner }),
      text: {
        en: `A sensor reports ${measure} of ${value} ${unit}`,
        'zh-CN': `传感器报警：${measures[measure] ?? measure} ${value} ${unit}`,
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

const measures: Readonly<Record<string, string>> = {
  temperature: '温度',
  humidity: '湿度',
  shock: '冲击',
  light: '光照',
  pressure: '压力',
}
