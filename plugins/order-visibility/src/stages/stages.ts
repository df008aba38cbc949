/** Where an order stands, from the first to the last. */
export const stages = [
  'entered',
  'signing',
  'released',
  'sourcing',
  'in-production',
  'inspecting',
  'ready',
  'shipped',
  'delivered',
  'invoiced',
  'paid',
  'completed',
  'cancelled',
] as const

export type Stage = (typeof stages)[number]

/** Nothing is awaited of an order in one of these. */
const ends: ReadonlySet<Stage> = new Set(['completed', 'cancelled'])

export function isOpenStage(stage: Stage): boolean {
  return !ends.has(stage)
}

const arrived: ReadonlySet<Stage> = new Set(['delivered', 'invoiced', 'paid', 'completed'])

/** Whether the promise to the customer is kept or broken for good. */
export function isArrivedStage(stage: Stage): boolean {
  return arrived.has(stage)
}

/** Whether the customer has the goods. */
export function hasArrived({
  stays,
}: {
  readonly stays: readonly { readonly stage: Stage }[]
}): boolean {
  const stage = stays.at(-1)?.stage
  return stage !== undefined && isArrivedStage(stage)
}
