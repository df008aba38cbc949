import { hostRefusals } from './host-refusals.ts'

/** As deep as the hop count of an event; deeper chains are loops in all but name. */
const MAX_DEPTH = 16

/**
 * @returns the chain with the next call on it
 * @throws CORE_CALL_CYCLE, CORE_CALL_TOO_DEEP
 */
export function extendChain(chain: readonly string[], next: string): readonly string[] {
  const extended = [...chain, next]
  const shown = extended.join(' → ')
  if (chain.includes(next)) throw hostRefusals.create('CALL_CYCLE', { service: next, chain: shown })
  if (extended.length > MAX_DEPTH) {
    throw hostRefusals.create('CALL_TOO_DEEP', { depth: extended.length, chain: shown })
  }
  return extended
}
