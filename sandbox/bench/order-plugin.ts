import { defaultLimits } from '@signalbox/sdk/manifest'
import type { GuestCall } from '../src/index.ts'
import { bundle, type GuestFixture, guestCall, stuck } from '../test/guest-fixture.ts'

/** One order in, its price out: 210 bytes of JSON and next to nothing to compute, so that the way is what is measured. */
export const priceHandler =
  '(input) => ({ id: input.id, total: input.qty * input.price * (1 - input.discount) })'

const order = { id: 'order-4711', qty: 12, price: 9.99, discount: 0.05, note: 'a'.repeat(120) }
export const orderJson = JSON.stringify(order)

/** Small, and without any web-standard global: what a plugin costs that asks for nothing. */
export const orderBundle = bundle(`
  price: ${priceHandler},
  priceLater: async ${priceHandler},
  /** So many calls to the host, so many of them at once. */
  async ask({ calls, atOnce }, ctx) {
    let left = calls
    const caller = async () => { while (left-- > 0) await ctx.db.query('select 1', [left]) }
    await Promise.all(Array.from({ length: atOnce }, caller))
    return calls
  },
  /** Does this many steps of arithmetic: a guest has no clock that moves within a turn. */
  work({ steps }) {
    let value = 1
    for (let step = 0; step < steps; step++) value = (value * 1664525 + 1013904223) % 4294967296
    return value
  },
  /** Holds the thread in one built-in that no limit of V8 interrupts. */
  stuck: () => ${stuck},
`)

/** A call under the limits that a plugin has when its manifest names none. */
export function pluginCall(source: string, fixture: GuestFixture): GuestCall {
  return guestCall(source, {
    inputJson: orderJson,
    ...fixture,
    limits: { ...defaultLimits, ...fixture.limits },
    deadlineMs: fixture.deadlineMs ?? defaultLimits.deadlineMs,
  })
}

export function orderCall(operation: string, fixture: GuestFixture = {}): GuestCall {
  return pluginCall(orderBundle, { operation, ...fixture })
}
