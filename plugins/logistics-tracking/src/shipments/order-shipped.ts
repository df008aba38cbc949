import type { Context, PluginEvent } from '@signalbox/sdk'
import { registerShipment } from './register-shipment.ts'

interface OrderShipped {
  readonly orderId: string
  readonly shippedAt: string
  readonly shipment?: string
  readonly carrier?: string
  readonly trackingNumbers?: readonly string[]
}

/** What left is followed from now on. Without a tracking number nobody can say where it is: then the shipment's name is the number. */
export async function onOrderShipped({ data }: PluginEvent<OrderShipped>, ctx: Context) {
  const { orderId, carrier, trackingNumbers = [] } = data
  const shipment = data.shipment ?? trackingNumbers[0] ?? orderId
  const numbers = trackingNumbers.length > 0 ? trackingNumbers : [shipment.slice(0, 100)]
  await registerShipment(
    {
      ...{ shipment, direction: 'outbound', orders: [orderId] },
      parcels: numbers.map((trackingNumber) => ({
        trackingNumber,
        ...(carrier === undefined ? {} : { carrier }),
      })),
    },
    ctx,
  )
}
