import type { Context } from '@signalbox/sdk'
import { fromHex, latin1 } from '../der/bytes.ts'
import { writeBlob } from '../documents/blob-parts.ts'
import type { Upgraded } from '../documents/document-port.ts'
import { PDF } from '../documents/sign-document.ts'
import { timeStamp } from '../documents/time-stamps.ts'
import type { EnvelopeDocument } from '../envelopes/envelope.ts'
import { settingsOf } from '../settings.ts'
import { documentTimestampIncrement } from '../signing/document-timestamp-increment.ts'
import { dssIncrement } from '../signing/dss-increment.ts'
import { embedContents } from '../signing/embed-contents.ts'
import { withContainer } from '../signing/plan-containers.ts'
import type { SigningPlan } from '../signing/signing-plan.ts'
import { readTimestampToken } from '../timestamps/timestamp-token.ts'
import { verifyTimestamp } from '../timestamps/verify-timestamp.ts'
import { collectProofs } from './collect-proofs.ts'
import { pathQuestions, type ReadContainer } from './path-question.ts'
import { cannotProve } from './proof-faults.ts'
import { protectedUntil } from './renewal.ts'

type Part = Uint8Array | { readonly sha256: string }

/** What a document is next: whatever is appended to it, and what is known of it then. */
interface Growth {
  readonly parts: readonly Part[]
  readonly plan: SigningPlan
}

/**
 * The next step of a document towards proofs that last (ETSI EN 319 142-1 §6.3): a time stamp over signatures that have none, then the proofs of
 * all chains, then a time stamp over those, and from then on again proofs of the last time stamp and a new one over them.
 * @throws Refusal with one of `proofFaults`
 */
export async function prolongDocument(document: EnvelopeDocument, ctx: Context): Promise<Upgraded> {
  const { level = 'B-B', sha256 } = document
  const plan = document.plan as SigningPlan
  const now: Growth = { parts: [{ sha256 }], plan }
  if (level === 'B-B') return stamped(now, document, 'B-T', ctx)
  const proven = await withProofs(now, document, ctx)
  try {
    if (level !== 'B-T') return await stamped(proven, document, 'B-LTA', ctx)
    return { ...(await composed(proven, ctx)), level: 'B-LT' }
  } finally {
    // The first part is the document as it was; what else lies apart was for this alone.
    for (const part of proven.parts.slice(1)) {
      if ('sha256' in part) await ctx.blobs.delete(part.sha256)
    }
  }
}

/** A proof of some hundred kilobytes is a file of its own until it is in the document: a call carries no more. */
const MOST_GIVEN = 100_000

async function withProofs(
  growth: Growth,
  { sha256 }: EnvelopeDocument,
  ctx: Context,
): Promise<Growth> {
  const { plan } = growth
  const containers = await readContainers(plan, sha256, ctx)
  const questions = pathQuestions(containers, new Set(Object.keys(plan.proofs.vri)))
  if (questions.length === 0) return growth
  const { bytes, nextPlan } = dssIncrement(plan, await collectProofs(ctx, questions))
  const part =
    bytes.length <= MOST_GIVEN ? bytes : { sha256: (await writeBlob(ctx, bytes, PDF)).sha256 }
  return { parts: [...growth.parts, part], plan: nextPlan }
}

/** Each is some kilobytes; the file around them stays where it is. */
async function readContainers(
  { containers = [] }: SigningPlan,
  sha256: string,
  ctx: Context,
): Promise<readonly ReadContainer[]> {
  if (containers.length === 0) {
    throw cannotProve('SIGNATURES_UNKNOWN', 'Its plan names no signature.')
  }
  const read: ReadContainer[] = []
  for (const container of containers) {
    const { offset, length } = container
    const text = latin1(await ctx.blobs.get(sha256, { offset, length }))
    read.push({ ...container, bytes: fromHex(text.slice(1, -1)) })
  }
  return read
}

const CONTENTS_BYTES = 16_384

async function stamped(
  { parts, plan }: Growth,
  { revision }: EnvelopeDocument,
  level: 'B-T' | 'B-LTA',
  ctx: Context,
): Promise<Upgraded> {
  const field = `timestamp-${revision + 1}`
  const increment = documentTimestampIncrement(plan, { name: field, contentsBytes: CONTENTS_BYTES })
  const { before, after, gap } = increment
  const { sha256 } = await ctx.blobs.digest([...parts, before, after])
  const { token } = await timeStamp(fromHex(sha256), ctx)
  const embedded = embedContents(gap, token)
  const next = withContainer(increment, embedded, { field, kind: 'timestamp' })
  const made = await composed(
    { parts: [...parts, before, embedded.contents, after], plan: next },
    ctx,
  )
  return { ...made, level, protectedUntil: endOf(token, sha256, ctx) }
}

function endOf(der: Uint8Array, sha256: string, ctx: Context): string {
  const token = readTimestampToken(der)
  const covered = { digest: fromHex(sha256) }
  const { certificate } = verifyTimestamp(token, {
    ...{ covered, intermediates: [], anchors: [], now: ctx.now() },
  })
  if (certificate === undefined) throw cannotProve('TIMESTAMP_BROKEN', 'It names no authority.')
  const { renewal = {} } = settingsOf(ctx.config)
  return new Date(protectedUntil(token, certificate, renewal)).toISOString()
}

async function composed({ parts, plan }: Growth, ctx: Context) {
  const { sha256, size } = await ctx.blobs.compose(parts, { type: PDF })
  return { sha256, size, plan }
}
