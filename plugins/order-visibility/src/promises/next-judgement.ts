import type { OrderView } from '../projection/order-view.ts'
import type { Settings } from '../settings/settings.ts'
import { dueOfStay } from '../stages/due-of-stay.ts'
import { isArrivedStage, isOpenStage } from '../stages/stages.ts'
import { MS_PER_HOUR } from '../time/instant.ts'

/** Chances drift by the hour: what is far away is looked at twice a day, what is near every hour. */
const FAR_HOURS = 12
const NEAR_HOURS = 1
const NEAR_PROMISE_HOURS = 72

/** When time alone may change what is said of an order; undefined when it cannot. Pure. */
export function nextJudgement(
  view: OrderView,
  settings: Settings,
  now: number,
): number | undefined {
  const stay = view.stays.at(-1)
  if (stay === undefined || !isOpenStage(stay.stage)) return undefined
  const due = dueOfStay(stay, settings)
  const events = [
    ...(due === undefined ? [] : [due]),
    ...(view.promisedAt === undefined ? [] : [view.promisedAt]),
    ...view.purchases.flatMap(({ expectedAt }) => (expectedAt === undefined ? [] : [expectedAt])),
  ].filter((at) => at > now)
  if (isArrivedStage(stay.stage)) return events.length === 0 ? undefined : Math.min(...events) + 1
  const isNear =
    view.promisedAt !== undefined &&
    Math.abs(view.promisedAt - now) < NEAR_PROMISE_HOURS * MS_PER_HOUR
  const drift = now + (isNear ? NEAR_HOURS : FAR_HOURS) * MS_PER_HOUR
  return Math.min(drift, ...events.map((at) => at + 1))
}
