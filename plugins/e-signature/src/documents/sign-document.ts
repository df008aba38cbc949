import type { Context } from '@signalbox/sdk'
import { buildSignedData, signedAttributes } from '../cms/build-signed-data.ts'
import { hostAlgorithm } from '../cms/signature-algorithms.ts'
import { fromHex } from '../der/bytes.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import type { Signature } from '../envelopes/commands.ts'
import { embedContents } from '../signing/embed-contents.ts'
import { withContainer } from '../signing/plan-containers.ts'
import { needsFont, signatureIncrement } from '../signing/signature-increment.ts'
import type { SignatureIncrement, SigningPlan } from '../signing/signing-plan.ts'
import { type BlobPart, readBlob } from './blob-parts.ts'
import type { SigningWish } from './document-port.ts'
import { fontBytes } from './font.ts'
import type { Signer, SigningKeys } from './signing-keys.ts'
import { type Stamp, timeStamp } from './time-stamps.ts'

/** Four certificates of RSA-4096 with a time stamp and its own two have some 14 KB. */
const CONTENTS_BYTES = 20_000
export const PDF = 'application/pdf'

/**
 * One signature: the increment is written from the plan, the host tells the digest of what is covered, signs the attributes
 * that state it, and puts file, increment and container together. The file never comes here, and only what is whole is kept.
 */
export async function signDocument(
  keys: SigningKeys,
  wish: SigningWish,
  ctx: Context,
): Promise<Signature> {
  const { document, field } = wish
  const request = await requestOf(wish, ctx)
  const increment = signatureIncrement(document.plan as SigningPlan, request)
  const { cms, stamp, signer } = await containerOf(keys, wish, increment, ctx)
  const embedded = embedContents(increment.gap, cms)
  const { contents } = embedded
  const plan = withContainer(increment, embedded, { field, kind: 'signature' })
  const parts = [{ sha256: document.sha256 }, increment.before, contents, increment.after]
  const { sha256, size } = await ctx.blobs.compose(parts, { type: PDF })
  return {
    ...{ sha256, size, plan, field },
    level: stamp === undefined ? 'B-B' : 'B-T',
    certificate: encodeBase64(signer.certificate.der),
    ...(stamp === undefined ? {} : { stampedAt: stamp.at }),
  }
}

/** The CMS over a file with an increment but for the gap that it goes into. */
async function containerOf(
  keys: SigningKeys,
  wish: SigningWish,
  { before, after }: SignatureIncrement,
  ctx: Context,
) {
  const parts = [{ sha256: wish.document.sha256 }, before, after]
  // The digest takes as long as the certificate: most keys sign by it.
  const [signer, { sha256 }] = await Promise.all([keys(wish, ctx), ctx.blobs.digest(parts)])
  const { certificate, chain, hash, sign } = signer
  const covered = { documentSha256: sha256, digest: await digestBy(hash, sha256, parts, ctx) }
  const attributes = signedAttributes({
    ...{ certificate, hash, documentDigest: fromHex(covered.digest) },
  })
  const { signature, algorithm: name } = await sign({
    ...{ signedAttributes: attributes, parts, ...covered },
  })
  const algorithm = hostAlgorithm(name)
  if (algorithm === undefined) throw new Error(`the host signed by ${name}`)
  const stamp = await stampFor(wish, signature, ctx)
  const cms = buildSignedData({
    ...{ certificate, chain, signedAttributes: attributes, algorithm, signature },
    ...(stamp === undefined ? {} : { timestamp: stamp.token }),
  })
  return { cms, stamp, signer }
}

async function requestOf(
  { envelope, recipient, document, field, at, by }: SigningWish,
  ctx: Context,
) {
  const { name, role, signing } = recipient
  const plan = document.plan as SigningPlan
  const own = new Set(plan.fields.filter((one) => one.signer === role).map((one) => one.name))
  const values = Object.entries(envelope.values).filter(([key]) => own.has(key))
  const image = signing?.image === undefined ? {} : { image: await readBlob(ctx, signing.image) }
  const stamp = by.kind === 'seal' ? {} : { stamp: { lines: stampLines(name, at), ...image } }
  const shown = values.map(([key, value]) => [
    key,
    typeof value === 'boolean' ? value : String(value),
  ])
  const request = {
    ...{ field, name: by.kind === 'seal' ? by.holder : name, at, contentsBytes: CONTENTS_BYTES },
    ...stamp,
    values: Object.fromEntries(shown),
    certify: plan.signed.length === 0 && !plan.isCertified,
  }
  return needsFont(plan, request) ? { ...request, font: await fontBytes(ctx) } : request
}

function stampLines(name: string, at: string): readonly string[] {
  return [`签署人：${name}`, `时间：${at.slice(0, 19).replace('T', ' ')} UTC`]
}

async function digestBy(
  hash: Signer['hash'],
  sha256: string,
  parts: readonly BlobPart[],
  ctx: Context,
): Promise<string> {
  if (hash !== 'sha384' && hash !== 'sha512' && hash !== 'sm3') return sha256
  const found = await ctx.blobs.digest(parts, { digests: [hash] })
  return found[hash] ?? ''
}

/** @throws Refusal TIMESTAMP_UNAVAILABLE under the policy `refuse` */
async function stampFor(
  { level, onTimestampDown, document }: SigningWish,
  signature: Uint8Array,
  ctx: Context,
): Promise<Stamp | undefined> {
  if (level === 'B-B') return undefined
  try {
    return await timeStamp(fromHex(ctx.hash('SHA-256', signature)), ctx)
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    if (onTimestampDown === 'refuse' || code !== 'TIMESTAMP_UNAVAILABLE') throw error
    ctx.log.warn('signed without a time stamp', { document: document.document, why: message ?? '' })
    return undefined
  }
}
