import { acting, uninvited } from './commands.ts'
import type { Envelope, EnvelopeDocument, Recipient } from './envelope.ts'

/** An envelope as its readers see it. Ids of links, codes and plans stay where they are. */
export function envelopeView(envelope: Envelope) {
  const { orderId, expiresAt, title, state, revision, reason, certificate } = envelope
  const turn = new Set(acting(envelope).map(({ recipient }) => recipient))
  const untold = new Set(uninvited(envelope).map(({ recipient }) => recipient))
  const optional = { orderId, reason, certificate }
  return {
    ...{ envelope: envelope.envelope, title, state, expiresAt, revision, ...given(optional) },
    recipients: envelope.recipients.map((one) => ({
      ...recipientView(one),
      mayAct: turn.has(one.recipient),
      ...(untold.has(one.recipient) ? { isUntold: true } : {}),
    })),
    documents: envelope.documents.map(documentView),
    ...(awaitsTimestamp(envelope) ? { awaitsTimestamp: true } : {}),
  }
}

/** Of proofs that come later than a time stamp `longTermProofs` tells. */
function awaitsTimestamp({ documents, upgrades }: Envelope): boolean {
  return documents.some(({ document, level }) => level === 'B-B' && upgrades.includes(document))
}

function recipientView(one: Recipient) {
  const { recipient, name, kind, role, state, order } = one
  const { at, organisation, delegate, reason, seal, sealRequest, signing } = one
  const optional = { at, organisation, delegate, reason, seal, sealAskedBy: sealRequest?.by }
  return {
    ...{ recipient, name, role: kind, roleName: role, state, order, ...given(optional) },
    ...(signing === undefined ? {} : { isSigning: true }),
  }
}

function documentView({ document, name, sha256, pages, level, revision }: EnvelopeDocument) {
  return { document, name, sha256, pages, revision, ...given({ level }) }
}

/** What is there: an answer has no field without a value. */
function given<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined),
  ) as Partial<Value>
}
