import type { Stage } from './stages.ts'

interface LotState {
  readonly sku: string
  readonly usable: number
  /** Pending and held: nobody may use it yet. */
  readonly undecided: number
  readonly isWaiting: boolean
}

interface ShipmentState {
  readonly isOutbound: boolean
  readonly progress: 'waiting' | 'moving' | 'delivered' | 'gone'
}

/** What is known of an order at an instant, as far as stages depend on it. */
export interface StageState {
  needsContract: boolean
  isSigned: boolean
  readonly openEnvelopes: Set<string>
  isReleased: boolean
  isCancelled: boolean
  readonly lines: Map<string, { readonly sku: string; readonly ordered: number }>
  readonly allocated: Map<string, number>
  readonly shipped: Map<string, number>
  readonly purchases: Map<string, number>
  isProduced: boolean
  readonly lots: Map<string, LotState>
  readonly shipments: Map<string, ShipmentState>
  isInvoiced: boolean
  isPaid: boolean
}

export function emptyStageState(): StageState {
  return {
    ...{ needsContract: false, isSigned: false, isReleased: false, isCancelled: false },
    ...{ isProduced: false, isInvoiced: false, isPaid: false },
    ...{ openEnvelopes: new Set(), lines: new Map(), allocated: new Map(), shipped: new Map() },
    ...{ purchases: new Map(), lots: new Map(), shipments: new Map() },
  }
}

/** Below it a quantity is the dust that decimals leave. */
const DUST = 1e-9

/**
 * The first that holds is the stage: the farthest first, so that a part that lags holds the order back and a fact that is taken
 * back lets it fall back. Payment in advance does not hide that goods are still to come.
 */
const rules: readonly (readonly [Stage, (state: StageState) => boolean])[] = [
  [
    'cancelled',
    (state) =>
      state.isCancelled || (state.lines.size > 0 && openLines(state).length === 0 && !any(state)),
  ],
  ['completed', (state) => isDelivered(state) && state.isInvoiced && state.isPaid],
  ['paid', (state) => isDelivered(state) && state.isPaid],
  ['invoiced', (state) => isDelivered(state) && state.isInvoiced],
  ['delivered', isDelivered],
  ['shipped', isShipped],
  ['inspecting', (state) => [...state.lots.values()].some(({ undecided }) => undecided > DUST)],
  ['ready', (state) => state.lines.size > 0 && isCovered(state)],
  // Goods that nobody has looked at yet, where stock was not set aside in spite of it.
  ['inspecting', (state) => [...state.lots.values()].some(({ isWaiting }) => isWaiting)],
  ['sourcing', (state) => [...state.purchases.values()].some((left) => left > DUST)],
  ['in-production', (state) => state.isProduced],
  ['released', (state) => state.isReleased],
  // Signed and not released yet is still signing: to fall back to where it was entered would look like rework.
  [
    'signing',
    ({ openEnvelopes, needsContract, isSigned }) =>
      openEnvelopes.size > 0 || needsContract || isSigned,
  ],
  ['entered', () => true],
]

export function stageOf(state: StageState): Stage {
  return rules.find(([, holds]) => holds(state))?.[0] ?? 'entered'
}

function openLines(state: StageState) {
  return [...state.lines].filter(([, { ordered }]) => ordered > DUST)
}

/** Whether anything of the order left. */
function any(state: StageState): boolean {
  return [...state.shipped.values()].some((quantity) => quantity > DUST)
}

function outbound(state: StageState): readonly ShipmentState[] {
  return [...state.shipments.values()].filter(
    ({ isOutbound, progress }) => isOutbound && progress !== 'gone',
  )
}

/** By what the warehouse says of lines; where it says nothing, by what carriers have. */
function isShipped(state: StageState): boolean {
  if (state.shipped.size > 0) {
    const open = openLines(state)
    return (
      open.length > 0 &&
      open.every(([line, { ordered }]) => (state.shipped.get(line) ?? 0) >= ordered - DUST)
    )
  }
  const out = outbound(state)
  return out.length > 0 && out.every(({ progress }) => progress !== 'waiting')
}

function isDelivered(state: StageState): boolean {
  const out = outbound(state)
  return isShipped(state) && out.length > 0 && out.every(({ progress }) => progress === 'delivered')
}

/** Stock is set aside for every line; where nobody sets aside, accepted lots of the order suffice. */
function isCovered(state: StageState): boolean {
  const open = openLines(state)
  if (open.length === 0) return false
  if (state.allocated.size > 0) {
    return open.every(
      ([line, { ordered }]) =>
        Math.max(state.allocated.get(line) ?? 0, state.shipped.get(line) ?? 0) >= ordered - DUST,
    )
  }
  const usable = new Map<string, number>()
  for (const lot of state.lots.values()) {
    usable.set(lot.sku, (usable.get(lot.sku) ?? 0) + lot.usable)
  }
  const wanted = new Map<string, number>()
  for (const [line, { sku, ordered }] of open) {
    wanted.set(sku, (wanted.get(sku) ?? 0) + ordered - (state.shipped.get(line) ?? 0))
  }
  return [...wanted].every(([sku, quantity]) => (usable.get(sku) ?? 0) >= quantity - DUST)
}
