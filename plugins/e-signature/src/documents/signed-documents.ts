import type { Context } from '@signalbox/sdk'
import { fromHex } from '../der/bytes.ts'
import type { EnvelopeDocument } from '../envelopes/envelope.ts'
import { certificateOfCompletion } from '../pdf/completion/certificate-of-completion.ts'
import { openDocument } from '../pdf/open-document.ts'
import { prepareDocument } from '../pdf/prepare-document.ts'
import { settingsOf } from '../settings.ts'
import { documentTimestampIncrement } from '../signing/document-timestamp-increment.ts'
import { embedContents } from '../signing/embed-contents.ts'
import type { SigningPlan } from '../signing/signing-plan.ts'
import { PART_BYTES, writeBlob } from './blob-parts.ts'
import { completionFacts } from './completion-facts.ts'
import type { DocumentPort, PreparationWish, Prepared, Upgraded } from './document-port.ts'
import { fontBytes } from './font.ts'
import { PDF, signDocument } from './sign-document.ts'
import type { SigningKeys } from './signing-keys.ts'
import { timeStamp } from './time-stamps.ts'

/** What an envelope asks of documents, done to PDFs. */
export function signedDocuments(keys: SigningKeys): DocumentPort {
  return {
    inspect: async (bytes) => ({ pages: (await openDocument(bytes)).pages.length }),
    prepare,
    sign: (wish, ctx) => signDocument(keys, wish, ctx),
    upgrade: (_, document, ctx) => upgrade(document, ctx),
    certificate: async (data, ctx) => {
      const { language = 'zh-CN' } = settingsOf(ctx.config)
      const facts = completionFacts(data, language)
      return writeBlob(ctx, certificateOfCompletion(facts, await fontBytes(ctx)), PDF)
    },
  }
}

async function prepare({ bytes, ...wish }: PreparationWish, ctx: Context): Promise<Prepared> {
  const prepared = await prepareDocument(bytes, { ...wish, font: await fontBytes(ctx) })
  const { sha256, size } = await keep(bytes, prepared.bytes, ctx)
  return { sha256, size, pages: prepared.pages, plan: prepared.plan }
}

/** Only what was added goes to the host, where the given bytes stayed as they are. */
async function keep(given: Uint8Array, made: Uint8Array, ctx: Context) {
  const isAppended =
    made.length >= given.length && given.every((byte, index) => byte === made[index])
  if (!isAppended) return writeBlob(ctx, made, PDF)
  const parts: (Uint8Array | { readonly sha256: string })[] = [
    { sha256: ctx.hash('SHA-256', given) },
  ]
  for (let at = given.length; at < made.length; at += PART_BYTES)
    parts.push(made.slice(at, at + PART_BYTES))
  return ctx.blobs.compose(parts, { type: PDF })
}

const CONTENTS_BYTES = 16_384

/**
 * A time stamp over the whole document, for signatures that were made while no authority answered: they were there by then.
 * Their own containers stay as they are, which later signatures cover.
 * @returns undefined while the authority still does not answer
 */
async function upgrade(document: EnvelopeDocument, ctx: Context): Promise<Upgraded | undefined> {
  const plan = document.plan as SigningPlan
  const name = `timestamp-${document.revision + 1}`
  const increment = documentTimestampIncrement(plan, { name, contentsBytes: CONTENTS_BYTES })
  const { before, after, gap } = increment
  const file = { sha256: document.sha256 }
  const covered = await ctx.blobs.digest([file, before, after])
  const stamp = await timeStampOf(covered.sha256, ctx)
  if (stamp === undefined) return undefined
  const { contents } = embedContents(gap, stamp.token)
  const { sha256, size } = await ctx.blobs.compose([file, before, contents, after], { type: PDF })
  return { sha256, size, plan: increment.nextPlan, level: 'B-T' }
}

async function timeStampOf(sha256: string, ctx: Context) {
  try {
    return await timeStamp(fromHex(sha256), ctx)
  } catch (error) {
    if ((error as { code?: string }).code === 'TIMESTAMP_UNAVAILABLE') return undefined
    throw error
  }
}
