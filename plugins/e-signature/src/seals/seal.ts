import { Refusal } from '@signalbox/sdk'
import type { SealRequest } from '../envelopes/envelope.ts'

export type SealState = 'active' | 'suspended' | 'revoked'

/** A seal of an organisation: 公章, 合同专用章, 财务专用章, 法定代表人章. */
export interface Seal {
  readonly seal: string
  readonly holder: string
  readonly kind: 'official' | 'contract' | 'finance' | 'legal-representative' | 'other'
  /** The picture, as a file of the plugin. */
  readonly image: string
  /** Of the tenant, with a certificate in the organisation's name. */
  readonly key: string
  /** Who may let it be used, such as `user:li`; none: whoever has the permission. */
  readonly keepers: readonly string[]
  readonly validFrom: string
  readonly validUntil: string
  readonly state: SealState
  readonly revision: number
}

/** @throws Refusal SEAL_NOT_VALID outside its time, and when it is suspended or revoked */
export function requireUsable({ seal, state, validFrom, validUntil }: Seal, at: string): void {
  if (state !== 'active') throw notValid(seal, `it is ${state}`)
  if (at < validFrom) throw notValid(seal, `it is valid from ${validFrom}`)
  if (at >= validUntil) throw notValid(seal, `it was valid until ${validUntil}`)
}

/**
 * Who lets a seal be used is a person, a keeper of it, and never the one who asked.
 * @throws Refusal SEAL_NEEDS_PERSON, SEAL_SAME_PERSON, SEAL_NOT_KEEPER
 */
export function requireSecondPerson(
  { seal, keepers }: Seal,
  request: SealRequest,
  who: string,
): void {
  requirePerson(who)
  if (request.by === who) {
    throw new Refusal(
      'SEAL_SAME_PERSON',
      `You asked for seal ${seal}: somebody else has to let it be used.`,
    )
  }
  if (keepers.length > 0 && !keepers.includes(who)) {
    throw new Refusal(
      'SEAL_NOT_KEEPER',
      `Seal ${seal} is kept by ${keepers.join(', ')}: ask one of them.`,
    )
  }
}

/** @throws Refusal SEAL_NEEDS_PERSON */
export function requirePerson(who: string): void {
  if (who.startsWith('user:')) return
  throw new Refusal(
    'SEAL_NEEDS_PERSON',
    'A seal is asked for and used by persons who have signed in, not by programs.',
  )
}

function notValid(seal: string, why: string): Refusal {
  return new Refusal('SEAL_NOT_VALID', `Seal ${seal} cannot be used: ${why}.`)
}
