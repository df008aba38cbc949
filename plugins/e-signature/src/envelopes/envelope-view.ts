import { acting, uninvited } from './commands.ts'
import type { Envelope } from './envelope.ts'

/** An envelope as its readers see it. Ids of links, codes and plans stay where they are. */
export function envelopeView(envelope: Envelope) {
  const { orderId, expiresAt, title, state, revision, reason, certificate, upgrades } = envelope
  const turn = new Set(acting(envelope).map(({ recipient }) => recipient))
  const untold = new Set(uninvited(envelope).map(({ recipient }) => recipient))
  return {
    ...{ envelope: envelope.envelope, title, state },
    ...(orderId === undefined ? {} : { orderId }),
    expiresAt,
    recipients: envelope.recipients.map((one) => ({
      ...{
        recipient: one.recipient,
        name: one.name,
        role: one.kind,
        roleName: one.role,
        state: one.state,
      },
      order: one.order,
      ...(one.at === undefined ? {} : { at: one.at }),
      ...(one.organisation === undefined ? {} : { organisation: one.organisation }),
      ...(one.delegate === undefined ? {} : { delegate: one.delegate }),
      ...(one.reason === undefined ? {} : { reason: one.reason }),
      ...(one.seal === undefined ? {} : { seal: one.seal }),
      ...(one.sealRequest === undefined ? {} : { sealAskedBy: one.sealRequest.by }),
      mayAct: turn.has(one.recipient),
      ...(one.signing === undefined ? {} : { isSigning: true }),
      ...(untold.has(one.recipient) ? { isUntold: true } : {}),
    })),
    documents: envelope.documents.map(
      ({ document, name, sha256, pages, level, revision: own }) => ({
        ...{ document, name, sha256, pages, revision: own },
        ...(level === undefined ? {} : { level }),
      }),
    ),
    revision,
    ...(reason === undefined ? {} : { reason }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(upgrades.length === 0 ? {} : { awaitsTimestamp: true }),
  }
}
