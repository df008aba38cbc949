import { type Context, Refusal } from '@signalbox/sdk'
import { isRace } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { contractStatement } from '../contracts/contract-entry.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { certificateData } from '../evidence/certificate-data.ts'
import { allEntries } from '../evidence/evidence-store.ts'
import { HOST, invite } from '../recipients/invitations.ts'
import { requireUsable } from '../seals/seal.ts'
import { requireSeal } from '../seals/seal-store.ts'
import { settingsOf, todayOf } from '../settings.ts'
import type { Change } from './change.ts'
import { recipientOf, signDocument, unfinished, uninvited } from './commands.ts'
import { type Envelope, type EnvelopeDocument, type Recipient, without } from './envelope.ts'
import {
  changeEnvelope,
  requireEnvelope,
  revisionStatement,
  saveEnvelope,
} from './envelope-store.ts'
import { soon } from './later.ts'

/** On whose behalf it is gone on. */
interface Own {
  /** What fails of others is logged, and fails him not; nor does he wait for the certificate. */
  readonly recipient: string
  /** As it was kept just now, with its plans. */
  readonly envelope?: Envelope
}

/**
 * Does whatever waits for no person: signatures that were agreed to, invitations, the certificate of completion. It begins
 * from what the tables say, so that it goes on after a crash from wherever it was, and two at once do nothing twice.
 */
export async function goOn(
  ctx: Context,
  port: DocumentPort,
  id: string,
  { recipient: own, envelope: kept }: Partial<Own> = {},
): Promise<Envelope> {
  const [tried, failed] = [new Set<string>(), new Map<string, unknown>()]
  let envelope = kept ?? (await requireEnvelope(ctx, id, true))
  for (;;) {
    const next = unfinished(envelope, own, failed)
    const due = uninvited(envelope).find(({ recipient }) => !tried.has(recipient))
    if (next !== undefined) {
      envelope = await signFor(ctx, port, envelope, { ...next, own, failed })
      continue
    }
    if (due !== undefined) {
      tried.add(due.recipient)
      await invite(ctx, envelope, due)
    } else if (own !== undefined) {
      // He has done his part: the certificate is made behind his answer.
      if (isUncertified(envelope)) await soon(ctx, id)
      return envelope
    } else if (isUncertified(envelope)) {
      await certify(ctx, port, envelope)
    } else {
      requireNone(failed)
      return envelope
    }
    envelope = await requireEnvelope(ctx, id, true)
  }
}

function isUncertified({ state, certificate }: Envelope): boolean {
  return state === 'completed' && certificate === undefined
}

/** A job that could not do all is tried again. */
function requireNone(failed: ReadonlyMap<string, unknown>): void {
  for (const fault of failed.values()) throw fault
}

interface Turn {
  readonly recipient: Recipient
  readonly document: EnvelopeDocument
  readonly own: string | undefined
  readonly failed: Map<string, unknown>
}

/** @returns the envelope as it stands then */
async function signFor(
  ctx: Context,
  port: DocumentPort,
  envelope: Envelope,
  turn: Turn,
): Promise<Envelope> {
  const { own, failed } = turn
  const { recipient: whose } = turn.recipient
  const { envelope: id } = envelope
  try {
    return await signNext(ctx, port, envelope, turn)
  } catch (error) {
    if (whose === own) throw error
    failed.set(whose, error)
    const { code = 'unknown' } = error as { code?: string }
    ctx.log.warn('a signature waits', { envelope: id, recipient: whose, code })
    return requireEnvelope(ctx, id, true)
  }
}

/**
 * One signature in one document: the newest revision, an increment, one revision more. Who finds that somebody else's
 * signature came first throws his file away, and signs that one.
 */
async function signNext(
  ctx: Context,
  port: DocumentPort,
  envelope: Envelope,
  next: Pick<Turn, 'recipient' | 'document'>,
): Promise<Envelope> {
  const { recipient, document } = next
  const { envelope: id } = envelope
  const at = nowText(ctx)
  const signature = await makeSignature(ctx, port, envelope, next, at)
  const change = signDocument(envelope, recipient, document, signature, {
    at,
    who: whoOf(recipient),
  })
  const { sha256, size, field, level } = signature
  const revision = revisionStatement(ctx.tenant, {
    ...{ envelope: id, document: document.document, revision: document.revision + 1, sha256, size },
    ...{ recipient: recipient.recipient, field, level, at },
  })
  try {
    return await saveEnvelope(ctx, envelope, change, [revision, ...registered(ctx, change)])
  } catch (error) {
    if (!isRace(error)) throw error
    // Nobody can know of these bytes.
    await ctx.blobs.delete(sha256)
    return requireEnvelope(ctx, id, true)
  }
}

/** What the register of contracts keeps of an envelope that a change completes. */
export function registered(ctx: Context, { envelope }: Change) {
  const today = todayOf(settingsOf(ctx.config), ctx.now())
  const statement =
    envelope.state === 'completed' ? contractStatement(ctx.tenant, envelope, today) : undefined
  return statement === undefined ? [] : [statement]
}

/** Evidence names who agreed, not the machine that went on for him. */
function whoOf({ recipient, signing }: Recipient): string {
  return signing?.seal === undefined ? `recipient:${recipient}` : `seal:${signing.seal}`
}

async function makeSignature(
  ctx: Context,
  port: DocumentPort,
  envelope: Envelope,
  { recipient, document }: { readonly recipient: Recipient; readonly document: EnvelopeDocument },
  at: string,
) {
  const { level, onTimestampDown, signerKey } = envelope.policy
  const field = placeOf(document, recipient)
  const by =
    recipient.kind === 'seal'
      ? await sealOf(ctx, recipient)
      : ({ kind: 'person', key: signerKey } as const)
  try {
    return await port.sign(
      { envelope, recipient, document, field, at, by, level, onTimestampDown },
      ctx,
    )
  } catch (error) {
    await giveUp(ctx, envelope, recipient, (error as { code?: string }).code ?? '')
    throw error
  }
}

function placeOf({ fields, document }: EnvelopeDocument, { role }: Recipient): string {
  const place = fields.find(
    (one) => one.role === role && (one.kind === 'signature' || one.kind === 'seal'),
  )
  if (place === undefined) throw new Error(`document ${document} has no place for ${role}`)
  return place.field
}

async function sealOf(ctx: Context, { recipient, seal: name }: Recipient) {
  if (name === undefined) throw new Error(`recipient ${recipient} has no seal`)
  const seal = await requireSeal(ctx, name)
  requireUsable(seal, nowText(ctx))
  return { kind: 'seal', key: seal.key, holder: seal.holder, seal: seal.seal } as const
}

/** What the host says of itself passes, and what is a fault is mended: there the job goes on. */
const passes = (code: string) => code === '' || code.startsWith('CORE_') || code.startsWith('SBX_')

/**
 * What can never be signed so, such as a name that does not fit its place, or by policy without its time, is not agreed to any
 * more: he may try again. Where a document has his signature already, the others follow.
 */
async function giveUp(
  ctx: Context,
  { envelope }: Envelope,
  { recipient: id }: Recipient,
  code: string,
): Promise<void> {
  if (passes(code)) return
  await changeEnvelope(ctx, envelope, (seen) => {
    const recipient = recipientOf(seen, id)
    if (recipient.signing === undefined || recipient.signing.done.length > 0) return undefined
    const recipients = seen.recipients.map((one) =>
      one.recipient === id ? without(one, 'signing', 'identity') : one,
    )
    const notes = [{ what: 'signing-refused', who: HOST, data: { recipient: id, why: code } }]
    return { envelope: { ...seen, recipients }, notes, events: [] }
  })
}

async function certify(ctx: Context, port: DocumentPort, envelope: Envelope): Promise<void> {
  const entries = await allEntries(ctx, envelope.envelope)
  const { sha256 } = await port.certificate(certificateData(envelope, entries), ctx)
  await changeEnvelope(ctx, envelope.envelope, (seen) =>
    seen.certificate === undefined
      ? {
          envelope: { ...seen, certificate: sha256 },
          notes: [{ what: 'certificate-made', who: HOST, data: { sha256, over: envelope.head } }],
          events: [],
        }
      : undefined,
  )
}

/** @throws Refusal ENVELOPE_NOT_COMPLETED */
export function requireCertificate({ envelope, certificate }: Envelope): string {
  if (certificate !== undefined) return certificate
  throw new Refusal(
    'ENVELOPE_NOT_COMPLETED',
    `Envelope ${envelope} has no certificate yet: not all have signed.`,
  )
}
