import { coreErrors } from '../../errors.ts'
import type { Asker } from '../asker.ts'
import { type HandedOut, mayHandOut } from './hand-out.ts'

/** @throws CORE_HAND_OUT_REFUSED */
export function requireHandOut(asker: Asker, given: Iterable<HandedOut>): void {
  for (const one of given) {
    if (mayHandOut(asker.principal, one)) continue
    throw coreErrors.create('HAND_OUT_REFUSED', { what: one.role, principal: asker.actor })
  }
}
