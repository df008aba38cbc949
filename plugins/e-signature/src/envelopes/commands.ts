import { Refusal } from '@signalbox/sdk'
import type { Level } from '../policies/policy.ts'
import { type GroupState, groupStates, routeState } from '../routing/group-states.ts'
import { isSignedAt } from '../templates/template.ts'
import { type Change, type Scene, then, told, unchanged } from './change.ts'
import {
  type Envelope,
  type EnvelopeDocument,
  type Recipient,
  type Signing,
  withDocument,
  without,
  withRecipient,
} from './envelope.ts'
import { isOpen, nextState } from './envelope-states.ts'

export function send(envelope: Envelope, { at, who }: Scene): Change {
  const state = nextState(envelope, 'send')
  if (routeState(statesOf(envelope)) !== 'going') {
    throw new Refusal(
      'NOBODY_SIGNS',
      'By its conditions every group is left out, so that nobody would sign.',
    )
  }
  const sent = { ...envelope, state, sentAt: at }
  const recipients = envelope.recipients.filter(({ kind }) => kind !== 'copy').length
  const documents = envelope.documents.map(({ document, sha256 }) => ({ document, sha256 }))
  return then(
    {
      envelope: sent,
      notes: [{ what: 'sent', who, data: { documents, expiresAt: envelope.expiresAt } }],
      events: [
        told(sent, 'signature.envelope.sent', at, { recipients, expiresAt: envelope.expiresAt }),
      ],
    },
    (next) => settle(next, { at, who }),
  )
}

/** Those whose turn it is: of open groups, and neither done nor handed on. */
export function acting(envelope: Envelope): readonly Recipient[] {
  if (!isOpen(envelope.state)) return []
  const states = statesOf(envelope)
  return envelope.recipients.filter(
    ({ role, state }) =>
      !['signed', 'rejected', 'delegated'].includes(state) &&
      stateOfRole(envelope, states, role) === 'open',
  )
}

/** Those whose turn has come, and who have not been told yet. */
export function uninvited(envelope: Envelope): readonly Recipient[] {
  return acting(envelope).filter(({ state }) => state === 'waiting')
}

/**
 * Agreed, and not yet in each document.
 * @param first whose signature is made before those of others
 * @param failed recipients who are passed over
 */
export function unfinished(
  envelope: Envelope,
  first?: string,
  failed: Pick<ReadonlyMap<string, unknown>, 'has'> = new Map(),
): { readonly recipient: Recipient; readonly document: EnvelopeDocument } | undefined {
  if (!isOpen(envelope.state)) return undefined
  const own = envelope.recipients.filter(({ recipient }) => recipient === first)
  for (const recipient of [...own, ...envelope.recipients]) {
    const { signing } = recipient
    if (signing === undefined || failed.has(recipient.recipient)) continue
    const document = signedBy(envelope, recipient).find(
      (one) => !signing.done.includes(one.document),
    )
    if (document !== undefined) return { recipient, document }
  }
  return undefined
}

/** Whether something is left that waits for no person: what a crash may have left behind. */
export function hasWork(envelope: Envelope): boolean {
  return (
    unfinished(envelope) !== undefined ||
    uninvited(envelope).length > 0 ||
    (envelope.state === 'completed' && envelope.certificate === undefined)
  )
}

/** Documents with a place for a recipient's signature. */
export function signedBy(envelope: Envelope, { role }: Recipient): readonly EnvelopeDocument[] {
  return envelope.documents.filter(({ fields }) =>
    fields.some((field) => isSignedAt(field) && field.role === role),
  )
}

/**
 * Somebody agreed, and showed who he is. An approver is done by it; a signer's signature is made next, and is made even
 * where a machine fails before it is: what he said stands here.
 */
export function agree(
  envelope: Envelope,
  recipient: Recipient,
  signing: Signing,
  values: Envelope['values'],
  { at, who }: Scene,
): Change {
  nextState(envelope, 'act')
  requireTurn(envelope, recipient)
  const { recipient: id, name } = recipient
  const { identity, seen, consent, seal } = signing
  const { version, en, 'zh-CN': chinese } = envelope.policy.consent
  const agreed = withRecipient({ ...envelope, values: { ...envelope.values, ...values } }, id, {
    signing,
    identity,
  })
  const change: Change = {
    envelope: agreed,
    notes: [
      { what: 'identified', who, data: { recipient: id, name, ...identity } },
      {
        what: 'consented',
        who,
        data: {
          recipient: id,
          ...{ seen, values, text: { version, en, 'zh-CN': chinese }, given: consent },
          ...(seal === undefined ? {} : { seal }),
        },
      },
    ],
    events: [],
  }
  const isWithoutDocuments = signedBy(agreed, recipient).length === 0
  return isWithoutDocuments ? then(change, (next) => finish(next, id, { at, who })) : change
}

export interface Signature {
  readonly sha256: string
  readonly size: number
  readonly plan: unknown
  readonly level: Level
  /** Of the signer, DER in base64. */
  readonly certificate: string
  readonly field: string
  /** Of the time stamp, where there is one. */
  readonly stampedAt?: string
}

/** A document has one revision more, with the signature in it. */
export function signDocument(
  envelope: Envelope,
  recipient: Recipient,
  document: EnvelopeDocument,
  signature: Signature,
  { at, who }: Scene,
): Change {
  const { recipient: id, signing } = recipient
  if (signing === undefined) throw new Error(`recipient ${id} has not agreed`)
  const { sha256, size, plan, level, certificate, field, stampedAt } = signature
  const done = [...signing.done, document.document]
  const worst = document.level === undefined ? level : lower(level, document.level)
  let signed = withRecipient(envelope, id, { signing: { ...signing, done } })
  signed = withDocument(signed, document.document, {
    ...{ sha256, size, plan, level: worst, revision: document.revision + 1 },
  })
  if (isBelow(level, envelope.policy.level)) {
    const upgrades = [...new Set([...envelope.upgrades, document.document])]
    signed = { ...signed, upgrades }
  }
  const data = {
    ...{ recipient: id, document: document.document, field, level, certificate },
    ...{ revision: document.revision + 1, from: document.sha256, sha256 },
    ...(stampedAt === undefined ? {} : { stampedAt }),
  }
  const change: Change = {
    envelope: signed,
    notes: [{ what: 'document-signed', who, data }],
    events: [],
  }
  const isDone = signedBy(signed, recipient).every((one) => done.includes(one.document))
  return isDone ? then(change, (next) => finish(next, id, { at, who })) : change
}

/** A recipient has done his part. */
function finish(envelope: Envelope, id: string, scene: Scene): Change {
  const { at, who } = scene
  const recipient = recipientOf(envelope, id)
  const done = { ...without(recipient, 'signing'), state: 'signed', at } as const
  const state = nextState(envelope, 'sign')
  const recipients = envelope.recipients.map((one) => (one.recipient === id ? done : one))
  const levels = signedBy(envelope, recipient).map(({ level }) => level ?? 'B-B')
  const level = levels.reduce(lower, 'B-LTA')
  const events =
    levels.length === 0
      ? []
      : [told(envelope, 'signature.envelope.signed', at, { recipient: id, level })]
  const what = recipient.kind === 'approver' ? 'approved' : 'signed'
  const notes = [{ what, who, data: { recipient: id, name: recipient.name } }]
  return then({ envelope: { ...envelope, state, recipients }, notes, events }, (next) =>
    settle(next, scene),
  )
}

/** Ends an envelope of which nothing is left to do, or of which something can never be done. */
function settle(envelope: Envelope, { at, who }: Scene): Change {
  const route = routeState(statesOf(envelope))
  // What somebody agreed to is signed first, in groups too that do not need him any more.
  if (route === 'going' || unfinished(envelope) !== undefined) return unchanged(envelope)
  if (route === 'failed') return unchanged(envelope)
  const completed: Envelope = {
    ...envelope,
    state: nextState(envelope, 'complete'),
    completedAt: at,
  }
  const documents = envelope.documents.map(({ name, sha256, level = 'B-B' }) => ({
    name,
    sha256,
    level,
  }))
  return {
    envelope: completed,
    notes: [{ what: 'completed', who, data: { documents } }],
    events: [told(completed, 'signature.envelope.completed', at, { documents })],
  }
}

/** One who may still be done without lets the rest go on; else the envelope ends by it. */
export function reject(
  envelope: Envelope,
  recipient: Recipient,
  reason: string,
  scene: Scene,
): Change {
  const { at, who } = scene
  nextState(envelope, 'reject')
  requireTurn(envelope, recipient)
  const { recipient: id } = recipient
  const refused = withRecipient(envelope, id, { state: 'rejected', at, reason })
  const notes = [{ what: 'rejected', who, data: { recipient: id, reason } }]
  if (routeState(statesOf(refused)) !== 'failed') {
    return then({ envelope: refused, notes, events: [] }, (next) => settle(next, scene))
  }
  const ended: Envelope = { ...refused, state: 'rejected', reason }
  const event = told(ended, 'signature.envelope.rejected', at, { recipient: id, reason })
  return { envelope: ended, notes, events: [event] }
}

export function takeBack(envelope: Envelope, reason: string, { at, who }: Scene): Change {
  const wasSent = envelope.state !== 'draft'
  const ended: Envelope = { ...envelope, state: nextState(envelope, 'void'), reason }
  const event = told(ended, 'signature.envelope.voided', at, { by: who, reason })
  return {
    envelope: ended,
    notes: [{ what: 'voided', who, data: { reason } }],
    events: wasSent ? [event] : [],
  }
}

/** @returns unchanged before its time, and where all is done */
export function expire(envelope: Envelope, { at, who }: Scene): Change {
  if (!isOpen(envelope.state) || Date.parse(at) < Date.parse(envelope.expiresAt))
    return unchanged(envelope)
  // He agreed in time: his signature is made first.
  if (unfinished(envelope) !== undefined) return unchanged(envelope)
  const ended: Envelope = { ...envelope, state: nextState(envelope, 'expire') }
  return {
    envelope: ended,
    notes: [{ what: 'expired', who, data: { expiresAt: envelope.expiresAt } }],
    events: [told(ended, 'signature.envelope.expired', at, {})],
  }
}

/** @throws Refusal RECIPIENT_UNKNOWN */
export function recipientOf(envelope: Envelope, id: string): Recipient {
  const found = envelope.recipients.find(({ recipient }) => recipient === id)
  if (found !== undefined) return found
  throw new Refusal('RECIPIENT_UNKNOWN', `Envelope ${envelope.envelope} has no recipient ${id}.`)
}

/** @throws Refusal NOT_YOUR_TURN */
export function requireTurn(envelope: Envelope, { recipient, signing }: Recipient): void {
  if (acting(envelope).some((one) => one.recipient === recipient) && signing === undefined) return
  throw new Refusal(
    'NOT_YOUR_TURN',
    'There is nothing to sign for you now: you have, or others come first.',
  )
}

function statesOf(envelope: Envelope): ReadonlyMap<string, GroupState> {
  // Who delegated is stood in for: the delegate has his role.
  const recipients = envelope.recipients.filter(({ state }) => state !== 'delegated')
  return groupStates(envelope.groups, recipients, envelope.values)
}

function stateOfRole(
  { groups }: Envelope,
  states: ReadonlyMap<string, GroupState>,
  role: string,
): GroupState | undefined {
  const group = groups.find(({ roles }) => roles.includes(role))
  return group === undefined ? undefined : states.get(group.group)
}

const levels: readonly Level[] = ['B-B', 'B-T', 'B-LT', 'B-LTA']

function lower(left: Level, right: Level): Level {
  return isBelow(left, right) ? left : right
}

export function isBelow(level: Level, wanted: Level): boolean {
  return levels.indexOf(level) < levels.indexOf(wanted)
}
