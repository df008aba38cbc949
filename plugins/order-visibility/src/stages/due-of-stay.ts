import type { StayView } from '../projection/order-view.ts'
import { hoursOfStage, type Settings } from '../settings/settings.ts'
import { MS_PER_HOUR } from '../time/instant.ts'

/** When a stay should be over. */
export function dueOfStay({ stage, enteredAt }: StayView, settings: Settings): number | undefined {
  const hours = hoursOfStage(stage, settings)
  return hours === undefined ? undefined : enteredAt + hours * MS_PER_HOUR
}
