import type { Quantities } from './quantities.ts'
import { sumOf } from './quantities.ts'

export type LotState = 'held' | 'partly-decided' | 'released' | 'rejected' | 'split'

interface LotRow {
  readonly state: LotState
  /** What must be nothing, and what must be something, for a lot to be in this state. */
  readonly none: readonly (keyof Quantities)[]
  readonly some: readonly (keyof Quantities)[]
}

/** A lot's state is what its quantities say, never a flag beside them: exactly one row fits. */
export const lotStates: readonly LotRow[] = [
  { state: 'released', none: ['pending', 'hold', 'rejected'], some: ['accepted'] },
  { state: 'rejected', none: ['pending', 'hold', 'accepted'], some: ['rejected'] },
  { state: 'split', none: ['pending', 'hold'], some: ['accepted', 'rejected'] },
  { state: 'held', none: ['accepted', 'rejected'], some: [] },
  { state: 'partly-decided', none: [], some: [] },
]

export function lotState(quantities: Quantities): LotState {
  const row = lotStates.find(
    ({ none, some }) =>
      none.every((bucket) => quantities[bucket] === 0) &&
      some.every((bucket) => quantities[bucket] > 0),
  )
  return row?.state ?? 'partly-decided'
}

/** What the stock may not move: held and not yet decided. */
export function blockedQuantity({ pending, hold }: Quantities): number {
  return sumOf([pending, hold])
}
