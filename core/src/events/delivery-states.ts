/**
 * What becomes of an event on its way to one plugin.
 *
 *   waiting ──▶ done
 *      │
 *      └──────▶ dead ──▶ redelivered     the event waits again, as a new delivery behind those of its key
 *
 * A delivery that a node has taken is `waiting` too: its `due_at` is the end of the lease, so that what a killed
 * node held becomes due by itself.
 */
export const deliveryStates = ['waiting', 'done', 'dead', 'redelivered'] as const
export type DeliveryState = (typeof deliveryStates)[number]
