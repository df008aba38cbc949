/**
 * What becomes of a version that costs its process again and again, as a table: state, event, next state.
 *
 * - `closed`: called as any other.
 * - `open`: not called; whoever asks is told when it will be tried again.
 * - `half-open`: one call at a time is let through, to see.
 */
export type CircuitState = 'closed' | 'open' | 'half-open'
export type CircuitEvent =
  /** It cost a lane, and was not yet at the limit. */
  | 'struck'
  /** It cost a lane, once too often in the window. */
  | 'struck-out'
  | 'cooled'
  /** A call that was let through ended without costing its lane. */
  | 'survived'

export const circuitTable: Readonly<
  Record<CircuitState, Readonly<Partial<Record<CircuitEvent, CircuitState>>>>
> = {
  closed: { struck: 'closed', 'struck-out': 'open' },
  open: { struck: 'open', 'struck-out': 'open', cooled: 'half-open' },
  'half-open': { struck: 'open', 'struck-out': 'open', survived: 'closed' },
}

/** Three lanes in ten minutes: a machine that kills processes at random does not hit one version thrice. */
export const STRIKES_ALLOWED = 3
export const STRIKE_WINDOW_MS = 10 * 60_000
/** A lane costs its neighbours some 100 ms: once a minute is bearable; twice as long after each failed try. */
const OPEN_MS = 60_000
const MAX_OPEN_MS = 10 * 60_000

export interface Circuit {
  readonly state: CircuitState
  /** Instants at which it cost a lane, within the window. */
  readonly strikes: readonly number[]
  readonly openUntil: number
  /** Times it was opened since it was last closed. */
  readonly openings: number
}

export const newCircuit: Circuit = Object.freeze({
  state: 'closed',
  strikes: Object.freeze([]),
  openUntil: 0,
  openings: 0,
})

export function afterStrike(circuit: Circuit, now: number): Circuit {
  const strikes = [...recent(circuit, now), now]
  const event = strikes.length >= STRIKES_ALLOWED ? 'struck-out' : 'struck'
  const state = circuitTable[circuit.state][event] ?? circuit.state
  if (state !== 'open') return { ...circuit, state, strikes }
  const openMs = Math.min(OPEN_MS * 2 ** circuit.openings, MAX_OPEN_MS)
  return { state, strikes, openUntil: now + openMs, openings: circuit.openings + 1 }
}

/** Time passes: an open circuit is tried again after its rest. */
export function afterWait(circuit: Circuit, now: number): Circuit {
  if (circuit.state !== 'open' || now < circuit.openUntil) return circuit
  return { ...circuit, state: circuitTable.open.cooled ?? circuit.state }
}

/** The call that was let through did no harm. What was held against the version is forgotten. */
export function afterSurvival(circuit: Circuit): Circuit {
  return circuitTable[circuit.state].survived === undefined ? circuit : newCircuit
}

export function recent({ strikes }: Circuit, now: number): readonly number[] {
  return strikes.filter((at) => now - at < STRIKE_WINDOW_MS)
}
