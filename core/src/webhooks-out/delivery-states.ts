/**
 * What becomes of an event on its way to one endpoint. A delivery that a node has taken is `waiting` too: its `due_at`
 * is the end of the lease, so that what a killed node held becomes due by itself.
 */
export const outDeliveryStates = {
  waiting: { acknowledged: 'delivered', failed: 'waiting', 'failed last': 'dead' },
  delivered: { replay: 'waiting' },
  dead: { replay: 'waiting' },
} as const

export type OutDeliveryState = keyof typeof outDeliveryStates
