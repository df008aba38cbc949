import type { Context } from '@signalbox/sdk'
import { isRace } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import type { DocumentPort, Upgraded } from '../documents/document-port.ts'
import { type Change, told } from '../envelopes/change.ts'
import { isBelow } from '../envelopes/commands.ts'
import { type Envelope, type EnvelopeDocument, withDocument } from '../envelopes/envelope.ts'
import { isOpen } from '../envelopes/envelope-states.ts'
import { requireEnvelope, revisionStatement, saveEnvelope } from '../envelopes/envelope-store.ts'
import { HOST } from '../recipients/invitations.ts'
import { settingsOf } from '../settings.ts'
import { cannotProve, proofFaultOf } from './proof-faults.ts'
import {
  claimDocument,
  type DocumentOf,
  dueDocuments,
  keepFault,
  standingStatement,
} from './proof-store.ts'
import { renewAt } from './renewal.ts'
import { forgetOld } from './revocation-store.ts'

export function proofJobs(port: DocumentPort) {
  return {
    /** Brings documents to the level of their policies, and keeps those that are there. */
    'upgrade-signatures': async (_: unknown, ctx: Context) => {
      for (const due of await dueDocuments(ctx)) {
        if (ctx.signal.aborted) return
        if (await claimDocument(ctx, due)) await prolong(ctx, port, due)
      }
      await forgetOld(ctx)
    },
  }
}

/** One that fails keeps no other from its turn: why stands beside it, and it comes again. */
async function prolong(ctx: Context, port: DocumentPort, due: DocumentOf): Promise<void> {
  try {
    await steps(ctx, port, due)
  } catch (error) {
    if (ctx.signal.aborted) return
    const { code = 'unknown', message = '' } = error as { code?: string; message?: string }
    ctx.log.warn('a document waits for its proofs', { ...due, code })
    await keepFault(ctx, due, { reason: proofFaultOf(code), message: `${code}: ${message}` })
  }
}

/** From a signature without its time three steps lead to the last level; others may be quicker in between. */
const MOST_STEPS = 6

async function steps(ctx: Context, port: DocumentPort, due: DocumentOf): Promise<void> {
  // Once a round, however many steps it takes to the level of the policy.
  let isRenewal = true
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const envelope = await requireEnvelope(ctx, due.envelope, true)
    const document = envelope.documents.find(({ document: one }) => one === due.document)
    if (document === undefined) return
    // What is added while somebody can still sign is in the way of what he adds.
    if (isOpen(envelope.state)) throw cannotProve('SIGNERS_LEFT', 'It waits for its signers.')
    const isLow = isBelow(document.level ?? 'B-B', envelope.policy.level)
    if (!isLow && !(isRenewal && document.level === 'B-LTA')) return
    const made = await port.upgrade(envelope, document, ctx)
    if (made === undefined) {
      throw cannotProve('TIMESTAMP_UNAVAILABLE', 'The authority does not answer.')
    }
    isRenewal &&= !(await keep(ctx, envelope, document, made)) || made.level !== 'B-LTA'
  }
}

/** @returns false where somebody else changed the envelope meanwhile: nobody can know of these bytes */
async function keep(
  ctx: Context,
  envelope: Envelope,
  document: EnvelopeDocument,
  made: Upgraded,
): Promise<boolean> {
  const at = nowText(ctx)
  const { sha256, size, level, protectedUntil } = made
  const of = { envelope: envelope.envelope, document: document.document }
  const revision = document.revision + 1
  const row = revisionStatement(ctx.tenant, { ...of, revision, sha256, size, level, at })
  const { renewal = {} } = settingsOf(ctx.config)
  const until = level === 'B-LTA' ? protectedUntil : undefined
  const standing = standingStatement(ctx, of, {
    ...(until === undefined
      ? {}
      : { dueAt: instant(renewAt(Date.parse(until), renewal, ctx.now())), protectedUntil: until }),
  })
  const isReached = !isBelow(level, envelope.policy.level)
  try {
    const change = prolonged(envelope, document, made, { at, revision, isReached })
    await saveEnvelope(ctx, envelope, change, isReached ? [row, standing] : [row])
    return true
  } catch (error) {
    if (!isRace(error)) throw error
    await ctx.blobs.delete(sha256)
    return false
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

function prolonged(
  envelope: Envelope,
  { document, sha256: from }: EnvelopeDocument,
  { sha256, size, plan, level, protectedUntil }: Upgraded,
  {
    at,
    revision,
    isReached,
  }: { readonly at: string; readonly revision: number; readonly isReached: boolean },
): Change {
  const upgraded = withDocument(envelope, document, { sha256, size, plan, level, revision })
  const upgrades = isReached
    ? envelope.upgrades.filter((one) => one !== document)
    : envelope.upgrades
  const end = protectedUntil === undefined ? {} : { protectedUntil }
  const isLong = level === 'B-LT' || level === 'B-LTA'
  return {
    envelope: { ...upgraded, upgrades },
    notes: [
      {
        what: 'proof-renewed',
        who: HOST,
        data: { document, from, sha256, level, revision, ...end },
      },
    ],
    events: isLong
      ? [told(envelope, 'signature.proof.renewed', at, { document: sha256, level })]
      : [],
  }
}
