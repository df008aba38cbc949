import type { Consequence, ShipmentChange } from './shipment-change.ts'
import { tellDelivered, tellLeadTime, tellRegistered, tellStatus } from './shipment-events.ts'

/**
 * What follows from a change of a shipment. Each is a pure function of the change; its statements and events are of the transaction
 * that makes the change. What expects arrivals, opens exceptions or moves points on a map is put in here.
 */
const consequences: readonly ((change: ShipmentChange) => Consequence)[] = [
  tellRegistered,
  tellStatus,
  tellDelivered,
  tellLeadTime,
]

export function onShipmentChanged(change: ShipmentChange): Required<Consequence> {
  const all = consequences.map((consequence) => consequence(change))
  return {
    statements: all.flatMap(({ statements = [] }) => statements),
    events: all.flatMap(({ events = [] }) => events),
  }
}
