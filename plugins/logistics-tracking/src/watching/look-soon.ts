import type { Context } from '@signalbox/sdk'

/** A shipment that changes is looked at with all that change in these seconds. */
const GATHER_MS = 2000
/** Asked for once a slot: an isolate that is new asks again, and the key makes it one. */
const asked = new Map<string, number>()
const MOST_TENANTS = 1000

/** Has changed shipments looked at soon: all changes of some seconds by one run. */
export async function lookSoon({
  jobs,
  now,
  tenant,
}: Pick<Context, 'jobs' | 'now' | 'tenant'>): Promise<void> {
  const slot = Math.floor(now() / GATHER_MS) + 1
  if (asked.get(tenant) === slot) return
  await jobs.schedule('look-at-shipments', { key: `look-${slot}`, at: slot * GATHER_MS })
  if (asked.size >= MOST_TENANTS) asked.clear()
  asked.set(tenant, slot)
}
