import { ofType } from '../facts/effective-facts.ts'
import type { Fact } from '../facts/fact.ts'
import type { FactType } from '../facts/fact-data.ts'
import type { EnvelopeView } from '../projection/order-view.ts'

const types = [
  'signature.envelope.sent',
  'signature.envelope.viewed',
  'signature.envelope.signed',
  'signature.envelope.completed',
  'signature.envelope.rejected',
  'signature.envelope.expired',
  'signature.envelope.voided',
] as const satisfies readonly FactType[]

const ends = {
  'signature.envelope.completed': 'completed',
  'signature.envelope.rejected': 'rejected',
  'signature.envelope.expired': 'expired',
  'signature.envelope.voided': 'voided',
} as const satisfies Partial<Record<FactType, EnvelopeView['state']>>

/** @param facts in the order of their happening. Pure. */
export function foldEnvelopes(facts: readonly Fact[]): readonly EnvelopeView[] {
  const envelopes = new Map<string, EnvelopeView>()
  for (const fact of ofType(facts, ...types)) {
    const { envelope, title } = fact.data
    const known: EnvelopeView = envelopes.get(envelope) ?? {
      ...{ envelope, state: 'sent', changedAt: fact.happenedAt, signed: 0 },
    }
    envelopes.set(envelope, {
      ...known,
      ...(title === undefined ? {} : { title }),
      ...changeOf(known, fact),
    })
  }
  return [...envelopes.values()]
}

function changeOf(
  known: EnvelopeView,
  fact: ReturnType<typeof ofType<(typeof types)[number]>>[number],
): Partial<EnvelopeView> {
  const changedAt = fact.happenedAt
  const { type, data } = fact
  if ('recipients' in data) return { sentAt: changedAt, recipients: data.recipients }
  if (type === 'signature.envelope.viewed') return {}
  if (type === 'signature.envelope.signed') {
    const state = known.state === 'sent' ? 'partly-signed' : known.state
    return { state, changedAt, signed: known.signed + 1 }
  }
  // An end is an end: what a signer did before it and was told late does not open it again.
  const state = type in ends ? ends[type as keyof typeof ends] : known.state
  const reason = 'reason' in data ? data.reason : undefined
  return { state, changedAt, ...(reason === undefined ? {} : { reason }) }
}
