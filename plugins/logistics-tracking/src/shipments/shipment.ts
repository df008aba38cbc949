import type { Parcel } from '../parcels/parcel.ts'
import type { Status } from '../scans/status.ts'
import { shipmentStatus } from './shipment-status.ts'

export type Direction = 'inbound' | 'outbound' | 'return'

/** A shipment as it is kept. */
export interface Shipment {
  readonly shipment: string
  readonly direction: Direction
  readonly orders: readonly string[]
  readonly purchaseOrder?: string
  readonly supplier?: string
  readonly from?: string
  readonly to?: string
  readonly promisedAt?: number
  readonly registeredAt: number
  readonly status: Status
  readonly dispatchedAt?: number
  readonly deliveredAt?: number
  readonly deliveredTold: boolean
  readonly revision: number
}

/** What of a shipment follows from its parcels. */
export function followed(shipment: Shipment, parcels: readonly Pick<Parcel, 'state'>[]): Shipment {
  const states = parcels.map(({ state }) => state)
  const status = shipmentStatus(states.map((state) => state.status))
  const dispatched = defined(states.map(({ dispatchedAt }) => dispatchedAt))
  const delivered = defined(states.map(({ deliveredAt }) => deliveredAt))
  const { dispatchedAt: _, deliveredAt: __, ...rest } = shipment
  return {
    ...rest,
    status,
    ...(dispatched.length === 0 ? {} : { dispatchedAt: Math.min(...dispatched) }),
    ...(status === 'delivered' && delivered.length > 0
      ? { deliveredAt: Math.max(...delivered) }
      : {}),
    deliveredTold: shipment.deliveredTold || status === 'delivered',
  }
}

function defined(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined)
}
