import type { Context } from '@signalbox/sdk'
import { prolongDocument } from '../long-term/prolong-document.ts'
import { certificateOfCompletion } from '../pdf/completion/certificate-of-completion.ts'
import { openDocument } from '../pdf/open-document.ts'
import { prepareDocument } from '../pdf/prepare-document.ts'
import { settingsOf } from '../settings.ts'
import { PART_BYTES, writeBlob } from './blob-parts.ts'
import { completionFacts } from './completion-facts.ts'
import type { DocumentPort, PreparationWish, Prepared } from './document-port.ts'
import { fontBytes } from './font.ts'
import { PDF, signDocument } from './sign-document.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What an envelope asks of documents, done to PDFs. */
export function signedDocuments(keys: SigningKeys): DocumentPort {
  return {
    inspect: async (bytes) => ({ pages: (await openDocument(bytes)).pages.length }),
    prepare,
    sign: (wish, ctx) => signDocument(keys, wish, ctx),
    upgrade: (_, document, ctx) => prolongDocument(document, ctx),
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
