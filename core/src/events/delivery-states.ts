/**
 * What becomes of an event on its way to one plugin.
 *
 *   kept ◀──▶ waiting ──▶ done
 *                │
 *                └──────▶ dead ──▶ redelivered     the event waits again, as a new delivery behind those of its key
 *
 * `kept`: only the new version of a running rollout consumes the type, and the event's key is still on the stable
 * one. It holds up no other event of its key, and waits again when the tenant is served otherwise: see
 * kept-deliveries.ts.
 *
 * A delivery that a node has taken is `waiting` too: its `due_at` is the end of the lease, so that what a killed
 * node held becomes due by itself.
 */
export const deliveryStates = ['waiting', 'kept', 'done', 'dead', 'redelivered'] as const
export type DeliveryState = (typeof deliveryStates)[number]
